import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildFetchHandler } from '../../../lib/build/fetch-handler.ts';
import { TOKEN } from './token.ts';

/** Builds the echo site into `project`. Each version is a deployment of its own, with a live route that the others lack. */
export async function buildEchoSite(project: string, version: 'one' | 'two'): Promise<string> {
  await buildFetchHandler({
    root: project,
    entry: join(import.meta.dirname, 'site.ts'),
    isr: {
      expiration: 60,
      bypassToken: TOKEN,
      allowQuery: ['page'],
      middleware: { entrypoint: join(import.meta.dirname, 'gate.ts'), paths: ['/members'] },
    },
    sessions: { retentionSeconds: 3600 },
    live: ['/live/[...path]', ...(version === 'one' ? [] : [`/${version}`])],
  });
  const data = join(project, '.isr/files/data');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'included.txt'), 'read at run time');
  return project;
}
