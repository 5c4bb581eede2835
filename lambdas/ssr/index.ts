import { streamed } from '../shared/function-url.ts';
import { processSite } from '../shared/process-site.ts';
import { createSsr } from './handler.ts';

export const handler = streamed(createSsr(processSite()));
