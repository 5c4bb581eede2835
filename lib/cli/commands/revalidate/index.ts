import { IsrError, reasonOf } from '../../../basics/errors.ts';
import { type Fault, sentenceOf } from '../../../basics/fault.ts';
import { parseRevalidation } from '../../../core/revalidation-request.ts';
import { findPlace, PLACE_FLAGS, PLACE_HELP, requireFrom } from '../../site/place.ts';
import { type CliHost, type Command, type ExitCode, FailedCommand, UsageError } from '../../terminal/command.ts';
import { flagFault, readFlags } from '../../terminal/flags.ts';
import { countOf } from '../../terminal/wording.ts';
import { linesOf, type Outcome } from './outcome-lines.ts';

const FLAGS = {
  ...PLACE_FLAGS,
  all: { type: 'boolean' },
  path: { type: 'string', multiple: true },
  prefix: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  token: { type: 'string' },
  wait: { type: 'boolean' },
} as const;

const HELP = `Revalidates pages, and waits until the origin has the new ones and CloudFront has accepted the purge of the old.

Usage: isr revalidate [--path <path>] [--tag <tag>] [--prefix <prefix>] [--all] [flags]

  --path <path>      a page: rendered, stored and purged from the edge; may be repeated
  --tag <tag>        every page with this tag; rendered when next asked for; may be repeated
  --prefix <prefix>  every page below it, with slashes at both ends: /docs/; may be repeated
  --all              every page
  --wait             until nobody gets an old page any more, at the edge neither: most often seconds, at most minutes
  --json             the response as one JSON object

The token is read from the environment variable ISR_TOKEN. There is --token <secret> too, but your shell would
remember it.

${PLACE_HELP}

Exit codes: 0 done (without --wait, the edge follows within seconds), 1 not done (a render failed, --wait was not
confirmed in time, the token is wrong, the network), 2 misuse.

Examples:
  isr revalidate --path /blog/hello --path /blog
  isr revalidate --tag posts --stack MySite --wait
  isr revalidate --prefix /docs/ --outputs cdk-outputs.json --json
  isr revalidate --all --url https://abc.lambda-url.eu-west-1.on.aws/`;

export const revalidateCommand: Command = { help: HELP, flags: FLAGS, allowPositionals: false, run: runRevalidate };

/** The longest that a Lambda may run. */
const PATIENCE_MS = 15 * 60_000;

async function runRevalidate(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values } = readFlags(argv, FLAGS, false);
  const request = requestOf(values);
  const token = tokenOf(values.token ?? host.environment.ISR_TOKEN);
  const place = await findPlace(values, host);
  const url = requireFrom(place, 'revalidateUrl');
  host.progress(`revalidating ${countOf(itemsIn(request), 'item')} …`);
  const { status, outcome } = await send(url, token, request, host);
  host.progress('');
  if (values.json) host.out(JSON.stringify({ status, ...outcome }));
  else for (const line of linesOf(outcome, place.source, host)) host.out(line);
  const isUnconfirmed = outcome.everywhere !== undefined && !outcome.everywhere.confirmed;
  return status === 502 || isUnconfirmed ? 1 : 0;
}

interface RevalidateRequest {
  readonly paths?: readonly string[];
  readonly tags?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly all?: true;
  readonly wait?: true;
}

interface RevalidateValues {
  readonly path?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly prefix?: readonly string[] | undefined;
  readonly all?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

/** Checks what the function will check, so that a mistake is found without a request. */
function requestOf({ path, tag, prefix, all, wait }: RevalidateValues): RevalidateRequest {
  const named: RevalidateRequest = {
    ...(path && { paths: path }),
    ...(tag && { tags: tag }),
    ...(prefix && { prefixes: prefix }),
    ...(all && { all: true as const }),
  };
  if (Object.keys(named).length === 0)
    throw new UsageError('name what to revalidate: --path, --tag, --prefix or --all');
  const request: RevalidateRequest = { ...named, ...(wait && { wait: true as const }) };
  try {
    parseRevalidation(request, {});
  } catch (error) {
    if (error instanceof IsrError) throw new UsageError(error.faults.map(sentenceOfFlag).join('; '));
    throw error;
  }
  return request;
}

const FLAG_OF: Readonly<Record<string, string>> = { paths: '--path', tags: '--tag', prefixes: '--prefix' };

/** The value in the sentence shows which one of several it is. */
function sentenceOfFlag({ place: [member = ''], ...fault }: Fault): string {
  return sentenceOf({ ...fault, place: [] }, FLAG_OF[member] ?? 'the request');
}

function itemsIn({ paths = [], tags = [], prefixes = [], all }: RevalidateRequest): number {
  return paths.length + tags.length + prefixes.length + (all ? 1 : 0);
}

function tokenOf(given: string | undefined): string {
  const token = given?.trim() ?? '';
  if (token === '') throw new UsageError('no token: set the environment variable ISR_TOKEN to the one of the site');
  // fetch would show it in its error.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw flagFault('the token', { mustBe: 'of visible ASCII characters, without blanks' });
  return token;
}

interface Sent {
  readonly status: 200 | 202 | 502;
  readonly outcome: Outcome;
}

async function send(url: string, token: string, request: RevalidateRequest, host: CliHost): Promise<Sent> {
  const response = await fetch(url, {
    method: 'POST',
    // Following a redirect would send the token to another place.
    redirect: 'manual',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(request),
    signal: AbortSignal.any([host.stopSignal, AbortSignal.timeout(PATIENCE_MS)]),
  }).catch((error: unknown) => {
    throw new FailedCommand(`${url} cannot be reached: ${host.stopSignal.aborted ? 'interrupted' : causeOf(error)}`);
  });
  const { status } = response;
  const text = await response.text();
  const outcome = parseOutcome(text);
  if ((status === 200 || status === 202 || status === 502) && Array.isArray(outcome?.pages)) {
    return { status, outcome: outcome as Outcome };
  }
  throw new FailedCommand(`${url} answered ${status}${explain(status, outcome?.error ?? text)}`);
}

function parseOutcome(text: string): (Partial<Outcome> & { readonly error?: string }) | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function explain(status: number, text: string): string {
  if (status === 401) return ': the token is not one that the site takes; check ISR_TOKEN';
  if (status >= 200 && status < 400) return ', which is not what a revalidate URL answers; is it the right one?';
  const reason = text.replace(/\s+/g, ' ').trim().slice(0, 300);
  return reason === '' ? '' : `: ${reason}`;
}

/** The message of `fetch` is only "fetch failed"; the reason is in its cause. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const { code } = (cause ?? {}) as { code?: string };
  return code ?? reasonOf(cause ?? error);
}
