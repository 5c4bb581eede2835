import { processSite } from '../shared/process-site.ts';
import { createWarm } from './handler.ts';

export const handler = createWarm(processSite());
