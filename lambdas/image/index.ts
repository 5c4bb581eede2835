import { streamed } from '../shared/function-url.ts';
import { processSite } from '../shared/process-site.ts';
import { createImages } from './handler.ts';

export const handler = streamed(createImages(processSite()));
