import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../lib/cli/run.ts';
import type { ExitCode } from '../../../lib/cli/terminal/command.ts';
import { listen } from '../../../lib/local/stack/listen.ts';
import { type FakeAws, startFakeAws } from '../../fakes/fake-aws.ts';
import { FakeHost } from './fake-host.ts';

export const TOKEN = 'correct-horse-battery-staple-0123456789';

/** What the revalidate URL answers when all went well. */
export const DONE = {
  status: 200,
  body: JSON.stringify({ sequence: 7, pages: [], tags: [], prefixes: [], purge: 'purged', milliseconds: 3 }),
};

export interface Answer {
  readonly status: number;
  /** `<echo>` stands for the authorization that was sent. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A revalidate URL and the parts of AWS that tell of a deployed stack, with what they answer under the test's control. */
export interface DeployedSite {
  readonly aws: FakeAws;
  readonly revalidateUrl: string;
  /** What the revalidate URL answers next. */
  response: Answer;
  /** The authorization of each request that it got. */
  readonly received: string[];
  /** Where the command line runs. */
  readonly folder: string;
  host(environment?: Readonly<Record<string, string>>): FakeHost;
  run(argv: readonly string[], host?: FakeHost): Promise<{ readonly code: ExitCode; readonly host: FakeHost }>;
  /** What `cdk deploy --outputs-file outputs.json` leaves in the folder. */
  writeOutputs(stacks: object): Promise<void>;
  stop(): Promise<void>;
}

export async function startDeployedSite(): Promise<DeployedSite> {
  const aws = await startFakeAws();
  const folder = await mkdtemp(join(tmpdir(), 'isr-cli-'));
  const received: string[] = [];
  const revalidate = await listen({ port: 0, purpose: 'the test', flag: '' }, ({ headers }, response) => {
    received.push(String(headers.authorization));
    const { status, body, headers: own } = site.response;
    response.writeHead(status, own).end(body.replace('<echo>', String(headers.authorization)));
  });
  const account = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
  };
  const host: DeployedSite['host'] = (environment) =>
    new FakeHost(folder, { ISR_TOKEN: TOKEN, ...account, ...environment });
  const site: DeployedSite = {
    aws,
    revalidateUrl: revalidate.url,
    response: DONE,
    received,
    folder,
    host,
    run: async (argv, used = host()) => ({ code: await run(argv, used), host: used }),
    writeOutputs: (stacks) => writeFile(join(folder, 'outputs.json'), JSON.stringify(stacks)),
    async stop() {
      await revalidate.stop();
      await aws.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return site;
}
