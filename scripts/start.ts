// npm start [-- --fresh --port 4400]: everything that the example needs, on this machine.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cms, startCms } from '../examples/cms/index.ts';
import { type ContentApi, startContentApi } from '../examples/content-api/index.ts';
import { IsrError } from '../lib/basics/errors.ts';
import { LOCAL_PORTS, type LocalSession, runLocalSession } from '../lib/cli/commands/local/local-session.ts';
import { type CliHost, UsageError } from '../lib/cli/terminal/command.ts';
import { readFlags, readPort } from '../lib/cli/terminal/flags.ts';
import { terminalHost } from '../lib/cli/terminal/terminal-host.ts';
import { listen } from '../lib/local/stack/listen.ts';
import { buildDist, buildSite, EXAMPLE, ROOT, synthesize } from './build-steps.ts';

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  calm: { type: 'boolean' },
  fresh: { type: 'boolean' },
  port: { type: 'string' },
  'revalidate-port': { type: 'string' },
  'inspector-port': { type: 'string' },
  'content-port': { type: 'string' },
  'cms-port': { type: 'string' },
} as const;

const PORTS = { ...LOCAL_PORTS, cms: 4404 } as const;

const PURPOSES = [
  ['port', 'site', 'the site'],
  ['revalidate-port', 'revalidate', 'the revalidate URL'],
  ['inspector-port', 'inspector', 'the inspector'],
  ['content-port', 'contentApi', 'the content API'],
  ['cms-port', 'cms', 'the CMS'],
] as const;

const HELP = `Builds the example and runs its stack on this machine.

Usage: npm start [-- flags]

  --fresh                      forget what an earlier run kept
  --calm                       purges reach the edge at once, and not after seconds as on AWS
  --port <number>              of the site (default: ${PORTS.site})
  --revalidate-port <number>   of the revalidate URL (default: ${PORTS.revalidate})
  --inspector-port <number>    of the page that shows what happens (default: ${PORTS.inspector})
  --content-port <number>      of the content API (default: ${PORTS.contentApi})
  --cms-port <number>          of the CMS (default: ${PORTS.cms})`;

async function start(host: CliHost): Promise<void> {
  const started = performance.now();
  const { values } = readFlags(process.argv.slice(2), FLAGS, false);
  if (values.help) return host.out(HELP);
  const port = (flag: (typeof PURPOSES)[number][0], fallback: number) => readPort(flag, values[flag], fallback);
  const ports = Object.fromEntries(PURPOSES.map(([flag, name]) => [name, port(flag, PORTS[name])])) as Ports;
  host.out('cdk-isr: the example site on this machine, without an AWS account');
  for (const [flag, name, purpose] of PURPOSES) await checkPort(ports[name], purpose, `npm start -- --${flag}`);
  const assembly = join(ROOT, 'cdk.out');
  const signal = host.stopSignal;
  await step(host, 'library and Lambda bundles', () => buildDist({ signal }));
  await step(host, 'example site (astro build)', () => buildSite(EXAMPLE, { signal }));
  await step(host, 'template (synth)', () => synthesize(EXAMPLE, assembly, { signal }));
  const dataDirectory = join(ROOT, '.local');
  // Pages outlive a run, so what they were rendered from has to as well.
  const editsFile = join(dataDirectory, 'posts.json');
  if (values.fresh) await rm(editsFile, { force: true });
  const contentApi = await startContentApi({ port: ports.contentApi, editsFile });
  let cms: Cms | undefined;
  try {
    const parameters = { ContentApiUrl: contentApi.url };
    const session = await runLocalSession(
      { assembly, parameters, dataDirectory, fresh: values.fresh ?? false, calm: values.calm ?? false, ports },
      host,
    );
    cms = await startEditor(session, contentApi, ports.cms);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    host.out(await welcome(session, contentApi, cms, seconds));
    await session.stopped;
  } finally {
    await cms?.close();
    await contentApi.close();
  }
}

type Ports = Readonly<Record<(typeof PURPOSES)[number][1], number>>;

/** Before the builds, so that nobody waits for them in vain. */
async function checkPort(port: number, purpose: string, flag: string): Promise<void> {
  const { stop } = await listen({ port, purpose, flag }, (_, response) => response.end());
  await stop();
}

/** The editor's page: it signs with the secret of the stack, and by the stack's clock, which can be moved. */
function startEditor({ stack }: LocalSession, contentApi: ContentApi, port: number): Promise<Cms> {
  return startCms({
    port,
    contentApiUrl: contentApi.url,
    siteUrl: stack.siteUrl,
    webhookUrl: stack.outputs.WebhookUrlCms ?? '',
    webhookSecret: stack.secret('WebhookSecret'),
    now: () => stack.clock.now(),
  });
}

async function step(host: CliHost, name: string, work: () => Promise<boolean>): Promise<void> {
  const start = performance.now();
  host.out(`  ${name} …`);
  const didWork = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  host.out(`  ${name}: ${didWork ? `${seconds} s` : 'up to date'}`);
}

async function welcome(
  { stack, revalidateUrl, inspectorUrl }: LocalSession,
  contentApi: ContentApi,
  cms: Cms,
  seconds: string,
): Promise<string> {
  const config = await readFile(join(EXAMPLE, 'astro.config.mjs'), 'utf8');
  const [slug] = contentApi.slugs;
  const token = /bypassToken:\s*'([^']+)'/.exec(config)?.[1] ?? '<token>';
  return `
Ready in ${seconds} s.

  Site         ${stack.siteUrl}
  CMS          ${cms.url}
  Revalidate   ${revalidateUrl}
  Inspector    ${inspectorUrl}
  Content API  ${contentApi.url}/posts

Edit a post in the CMS, publish it, and reload its page. Or by hand (the token is from astro.config.mjs):

  curl -X PUT ${contentApi.url}/posts/${slug} -d '{"title":"Edited"}'
  curl -X POST ${revalidateUrl} -H 'authorization: Bearer ${token}' \\
    -H 'content-type: application/json' -d '{"paths":["/blog/${slug}"]}'

Stop with Ctrl-C.
`;
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());

try {
  await start(terminalHost({ directory: ROOT, stopSignal: stopping.signal }));
} catch (error) {
  if (stopping.signal.aborted) process.exitCode = 130;
  else if (error instanceof IsrError || error instanceof UsageError) {
    console.error(`npm start: ${error.message}`);
    if (error instanceof UsageError) console.error("See 'npm start -- --help'.");
    process.exitCode = error instanceof UsageError ? 2 : 1;
  } else throw error;
}
