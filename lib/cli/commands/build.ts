import { resolve } from 'node:path';
import { buildFetchHandler } from '../../build/fetch-handler.ts';
import type { IsrOptions } from '../../build/isr-options.ts';
import { type CliHost, type Command, type ExitCode, UsageError } from '../terminal/command.ts';
import { flagFault, readFlags } from '../terminal/flags.ts';

const FLAGS = {
  'allow-query': { type: 'string', multiple: true },
  'assets-folder': { type: 'string' },
  base: { type: 'string' },
  client: { type: 'string' },
  expiration: { type: 'string' },
  isr: { type: 'boolean' },
  json: { type: 'boolean' },
  live: { type: 'string', multiple: true },
  root: { type: 'string' },
  site: { type: 'string' },
  token: { type: 'string' },
} as const;

const HELP = `Builds a site for IsrSite from any module that exports fetch(request, context), and writes .isr/.

Usage: isr build <entry> [flags]

  --client <folder>        static files of the site
  --assets-folder <name>   folder in --client whose files have a content hash in their names (default: assets)
  --site <origin>          canonical origin: https://example.com
  --base <path>            where the site begins (default: /)
  --live <pattern>         route that is never stored: /api/[...path]; may be repeated
  --isr                    stores pages; so does each of the next three. Without any of them, nothing is stored
  --expiration <seconds>   how long a page stays fresh when it does not say so; 'false': until it is revalidated
  --token <secret>         token that allows a revalidation, at least 32 characters; only its hash is written
  --allow-query <name>     query parameter that is part of a page; may be repeated
  --root <folder>          folder that gets .isr/ (default: the current one)
  --json                   the result as one JSON object

Examples:
  isr build src/server.ts --isr --client public --site https://example.com
  isr build src/server.ts --live '/api/[...path]' --expiration 3600`;

export const buildCommand: Command = {
  help: HELP,
  flags: FLAGS,
  allowPositionals: true,
  run: runBuild,
};

async function runBuild(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values, positionals } = readFlags(argv, FLAGS, true);
  const [entry, ...others] = positionals;
  if (entry === undefined) throw new UsageError('name the module that exports fetch: isr build src/server.ts');
  if (others.length > 0) throw new UsageError(`one module at a time, got ${positionals.join(' ')}`);
  const at = (path: string) => resolve(host.directory, path);
  const started = performance.now();
  const build = await buildFetchHandler({
    root: at(values.root ?? '.'),
    entry: at(entry),
    client: values.client && at(values.client),
    assetsFolder: values['assets-folder'],
    site: values.site,
    base: values.base,
    live: values.live,
    isr: isrOptionsOf(values),
  });
  const milliseconds = Math.round(performance.now() - started);
  const { deploymentId, storesPages } = build.manifest;
  const folder = at(`${values.root ?? '.'}/.isr`);
  if (values.json) host.out(JSON.stringify({ deploymentId, folder, milliseconds, storesPages }));
  else {
    host.out(`Built deployment ${deploymentId} into ${folder} in ${milliseconds} ms.`);
    if (!storesPages) host.out('No page is stored: each is rendered for each request. --isr stores them.');
  }
  return 0;
}

function isrOptionsOf(values: {
  readonly isr?: boolean | undefined;
  readonly expiration?: string | undefined;
  readonly token?: string | undefined;
  readonly 'allow-query'?: string[] | undefined;
}): IsrOptions | undefined {
  const { isr, expiration, token, 'allow-query': allowQuery } = values;
  if (!isr && expiration === undefined && token === undefined && allowQuery === undefined) return undefined;
  return { expiration: readExpiration(expiration), bypassToken: token, allowQuery };
}

function readExpiration(value: string | undefined): number | false | undefined {
  if (value === undefined) return undefined;
  if (value === 'false') return false;
  const seconds = Number(value);
  if (/^\d+$/.test(value) && seconds > 0) return seconds;
  throw flagFault('--expiration', { value, mustBe: "a number of seconds or 'false'" });
}
