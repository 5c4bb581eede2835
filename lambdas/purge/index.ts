import { processSandbox } from '../shared/process-sandbox.ts';
import { createPurge } from './handler.ts';

export const handler = createPurge(processSandbox());
