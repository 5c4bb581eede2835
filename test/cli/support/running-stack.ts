import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announce } from '../../../lib/cli/commands/local/local-session.ts';
import { run } from '../../../lib/cli/run.ts';
import type { ExitCode } from '../../../lib/cli/terminal/command.ts';
import { startInspector } from '../../../lib/inspector/server.ts';
import { startTestStack, type TestStack } from '../../support/local-stack.ts';
import { FakeHost } from './fake-host.ts';

export interface Ran {
  readonly code: ExitCode;
  readonly host: FakeHost;
  /** Standard output. */
  readonly text: string;
}

/** The example's stack, running as `isr local` runs it, and a folder in which the command line finds it. */
export interface RunningStack {
  readonly site: TestStack;
  readonly folder: string;
  /** A host in that folder that knows the token. */
  host(): FakeHost;
  /** Everything that those hosts were told to print. */
  readonly printed: string;
  /** Lets the stack's time pass meanwhile. */
  run(...argv: string[]): Promise<Ran>;
  stop(): Promise<void>;
}

export async function startRunningStack(): Promise<RunningStack> {
  const site = await startTestStack();
  const inspector = await startInspector({ stack: site.stack, port: 0 });
  const folder = await mkdtemp(join(tmpdir(), 'isr-cli-'));
  const forget = await announce(
    site.stack,
    join(folder, '.local'),
    site.stack.functionUrl('revalidate'),
    inspector.url,
  );
  const hosts: FakeHost[] = [];
  const host = (): FakeHost => {
    const created = new FakeHost(folder, { ISR_TOKEN: site.token });
    hosts.push(created);
    return created;
  };
  return {
    site,
    folder,
    host,
    get printed() {
      return hosts.map(({ printed }) => printed).join('\n');
    },
    async run(...argv) {
      const used = host();
      const code = await site.pass(run(argv, used));
      return { code, host: used, text: used.said.join('\n') };
    },
    async stop() {
      await forget();
      await inspector.stop();
      await site.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
