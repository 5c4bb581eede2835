import { processSite } from '../shared/process-site.ts';
import { createRevalidate } from './handler.ts';

export const handler = createRevalidate(processSite());
