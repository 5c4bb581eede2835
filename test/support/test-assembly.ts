import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDist, buildSite, copySources, EXAMPLE, ROOT, synthesize } from '../../scripts/build-steps.ts';
import { withLock } from './lock.ts';

const SCRATCH = join(ROOT, '.test');

/** Builds the library, the example and its template into `.test/`, which `npm start` does not touch. */
export function buildTestAssembly(): Promise<string> {
  return withLock(join(SCRATCH, 'lock'), async () => {
    const project = join(SCRATCH, 'astro-blog');
    const assembly = join(SCRATCH, 'cdk.out');
    await buildDist();
    // A page that was removed from the example must not stay in the copy.
    for (const folder of ['src', 'public']) await rm(join(project, folder), { recursive: true, force: true });
    await copySources(EXAMPLE, project);
    await buildSite(project, { stamps: SCRATCH });
    await synthesize(project, assembly, { stamps: SCRATCH });
    return assembly;
  });
}
