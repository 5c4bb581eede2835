import { streamed } from '../shared/function-url.ts';
import { processSite } from '../shared/process-site.ts';
import { createLive } from './handler.ts';

export const handler = streamed(createLive(processSite()));
