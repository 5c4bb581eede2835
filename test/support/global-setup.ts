import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { build, isBuildName } from './builds.ts';
import { SCRATCH_VARIABLE } from './unused-grants.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `GET <url>/<name of a build>` responds with its folder, and makes it at the first request of a run. */
    readonly buildsUrl: string;
    /** For what the files of one worker share; gone after the run. */
    readonly scratchFolder: string;
  }
}

/** Tests run in processes of their own: the first that needs a build has it made here, and the others wait. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = createServer(({ url = '' }, response) => void respond(url.slice(1), response));
  // The first response comes after the build.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('buildsUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const scratch = await mkdtemp(join(tmpdir(), 'cdk-isr-test-'));
  project.provide('scratchFolder', scratch);
  process.env[SCRATCH_VARIABLE] = scratch;
  // What tests and what they start leave behind goes there, and with it.
  process.env.TMPDIR = scratch;
  return async () => {
    server.closeAllConnections();
    server.close();
    await rm(scratch, { recursive: true, force: true });
  };
}

async function respond(name: string, response: ServerResponse): Promise<void> {
  // A worker is busy for longer than a kept connection stays open, and would ask on one that is closed.
  response.setHeader('connection', 'close');
  try {
    if (!isBuildName(name)) throw new Error(`no build is called '${name}'`);
    response.end(JSON.stringify({ folder: await build(name) }));
  } catch (error) {
    response.end(JSON.stringify({ error: String(error) }));
  }
}
