import { resolve } from 'node:path';
import { IsrError } from '../../../basics/errors.ts';
import type { CliHost, Command, ExitCode } from '../../terminal/command.ts';
import { flagFault, readAssignments, readFlags, readPort } from '../../terminal/flags.ts';
import { LOCAL_PORTS, type LocalSession, runLocalSession } from './local-session.ts';

const FLAGS = {
  app: { type: 'string' },
  calm: { type: 'boolean' },
  data: { type: 'string' },
  fresh: { type: 'boolean' },
  'inspector-port': { type: 'string' },
  json: { type: 'boolean' },
  parameter: { type: 'string', multiple: true },
  port: { type: 'string' },
  'revalidate-port': { type: 'string' },
  stack: { type: 'string' },
} as const;

const HELP = `Runs a synthesized stack on this machine, without an AWS account.

Usage: isr local [flags]

  --app <folder>               what 'cdk synth' wrote (default: cdk.out)
  --stack <name>               which stack of it (default: the only one)
  --port <number>              of the site (default: ${LOCAL_PORTS.site})
  --revalidate-port <number>   of the revalidate URL (default: ${LOCAL_PORTS.revalidate})
  --inspector-port <number>    of the page that shows what happens (default: ${LOCAL_PORTS.inspector})
  --parameter <Name=value>     value of a parameter of the stack; may be repeated
  --data <folder>              where pages and secrets are kept for the next run (default: .local)
  --fresh                      forget what an earlier run kept
  --calm                       one edge location, which purges reach at once; without it there are two, which they
                               reach after seconds, as on AWS
  --json                       one JSON object when it is ready; logs go to standard error

Examples:
  isr local
  isr local --app cdk.out --port 8080 --parameter ContentApiUrl=http://127.0.0.1:4403`;

export const localCommand: Command = {
  help: HELP,
  flags: FLAGS,
  allowPositionals: false,
  run: runLocal,
};

async function runLocal(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values } = readFlags(argv, FLAGS, false);
  requireNode(process.versions.node);
  if (values.data === '') throw flagFault('--data', { mustBe: 'a folder' });
  const session = await runLocalSession(
    {
      assembly: resolve(host.directory, values.app ?? 'cdk.out'),
      stackName: values.stack,
      dataDirectory: resolve(host.directory, values.data ?? '.local'),
      fresh: values.fresh ?? false,
      calm: values.calm ?? false,
      parameters: readAssignments('parameter', values.parameter ?? []),
      ports: {
        site: readPort('port', values.port, LOCAL_PORTS.site),
        revalidate: readPort('revalidate-port', values['revalidate-port'], LOCAL_PORTS.revalidate),
        inspector: readPort('inspector-port', values['inspector-port'], LOCAL_PORTS.inspector),
      },
    },
    { out: (line) => (values.json ? host.err(line) : host.out(line)), stopSignal: host.stopSignal },
  );
  for (const line of values.json ? [JSON.stringify(urlsOf(session))] : welcome(session)) host.out(line);
  await session.stopped;
  return 0;
}

function urlsOf({ stack: { siteUrl }, revalidateUrl, inspectorUrl }: LocalSession) {
  return { siteUrl, revalidateUrl: revalidateUrl ?? null, inspectorUrl };
}

function welcome(session: LocalSession): string[] {
  const { siteUrl, revalidateUrl, inspectorUrl } = urlsOf(session);
  return [
    `Site        ${siteUrl}`,
    `Revalidate  ${revalidateUrl ?? 'the stack has no revalidate function'}`,
    `Inspector   ${inspectorUrl}`,
    'Stop with Ctrl-C.',
  ];
}

/** Sandboxes need `registerHooks`: https://nodejs.org/api/module.html#moduleregisterhooksoptions. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return;
  const message = `it needs Node.js 22.15 or newer (24 is what the Lambdas run on), this is ${version}`;
  throw new IsrError('INVALID_CONFIGURATION', message);
}
