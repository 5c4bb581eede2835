import { processSite } from '../shared/process-site.ts';
import { createRender } from './handler.ts';

export const handler = createRender(processSite());
