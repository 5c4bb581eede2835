import { streamed } from '../shared/function-url.ts';
import { processSite } from '../shared/process-site.ts';
import { createServe } from './handler.ts';

export const handler = streamed(createServe(processSite()));
