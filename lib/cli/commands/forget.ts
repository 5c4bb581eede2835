import { createCloudFront } from '../../aws/cloudfront.ts';
import { openS3Bucket } from '../../aws/s3-bucket.ts';
import { findPageTraces, type PageTraces } from '../../aws/stored-page-traces.ts';
import { reasonOf } from '../../basics/errors.ts';
import { isJsonObject, parseJson } from '../../basics/json-object.ts';
import { mapConcurrently } from '../../basics/map-concurrently.ts';
import type { Bucket } from '../../core/bucket/bucket.ts';
import { pathOfPageKey } from '../../core/page/page-key.ts';
import { nameRuleBrokenBy, pageKeyOfName } from '../../core/page/page-name.ts';
import { edgeTagOfPath } from '../../core/purge/edge-tags.ts';
import { awsFailure } from '../site/aws-failure.ts';
import { findPlace, PLACE_FLAGS, PLACE_HELP, requireFrom } from '../site/place.ts';
import { openUserAws } from '../site/user-aws.ts';
import { type CliHost, type Command, type ExitCode, FailedCommand, UsageError } from '../terminal/command.ts';
import { flagFault, readFlags } from '../terminal/flags.ts';
import { countOf } from '../terminal/wording.ts';

const FLAGS = { ...PLACE_FLAGS } as const;

const HELP = `Removes a page from every deployment and from the edge: its variants by query, what is noted of it, its leases.
It renders nothing. If the site still has the page, the next request renders it: remove it at its source first.

Usage: isr forget <path> [flags]

  --json    one JSON object: what was removed

${PLACE_HELP}

It needs your AWS credentials: to list, read and delete objects of the bucket, and to make an invalidation.

Exit codes: 0 nothing of it is left; 1 not all of it could be removed: run it again; 2 misuse.

Examples:
  isr forget /users/ann
  isr forget /users/ann --stack MySite`;

export const forgetCommand: Command = { help: HELP, flags: FLAGS, allowPositionals: true, run: runForget };

const CONCURRENT_REMOVALS = 16;
/** Where each deployment notes which distribution the site has. */
const SITE_ADDRESS_KEY = '_isr/site.json';

async function runForget(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const { values, positionals } = readFlags(argv, FLAGS, true);
  const [subject, ...others] = positionals;
  if (subject === undefined) throw new UsageError('name a page: isr forget /users/ann');
  if (others.length > 0) throw new UsageError(`one page at a time, got ${positionals.length}`);
  const path = pathOf(subject);
  const place = await findPlace(values, host);
  const name = requireFrom(place, 'bucket');
  const { region, session } = place;
  const aws = await openUserAws({ environment: host.environment, region, session });
  const bucket = openS3Bucket(name, aws);
  const traces = await findPageTraces(aws, name, path)
    .then(async (found) => {
      await removeAll([...found.pages, ...found.facts, ...found.leases], bucket);
      return found;
    })
    .catch((error: unknown) => {
      throw awsFailure(`cannot remove '${path}' from bucket '${name}'`, error);
    });
  const invalidation = await purge(path, createCloudFrontOf(aws, bucket));
  const { pages, facts, leases } = traces;
  if (values.json) host.out(JSON.stringify({ path, pages, facts, leases, invalidation }));
  else for (const line of linesOf(path, traces, invalidation)) host.out(line);
  return 0;
}

function pathOf(subject: string): string {
  const result = pageKeyOfName(subject);
  if ('pageKey' in result && !subject.includes('?')) return pathOfPageKey(result.pageKey);
  const mustBe = 'fault' in result ? `one ${nameRuleBrokenBy(result.fault)}` : 'one without a query: all variants go';
  throw flagFault('the path', { value: subject, mustBe });
}

/** Pages first: what is noted of a page is of no use without it. */
async function removeAll(keys: readonly string[], bucket: Bucket): Promise<void> {
  await mapConcurrently(keys, CONCURRENT_REMOVALS, (key) => bucket.remove(key));
}

function createCloudFrontOf(aws: Parameters<typeof createCloudFront>[0], bucket: Bucket) {
  const get = async () => {
    const object = await bucket.get(SITE_ADDRESS_KEY);
    const address = object === undefined ? undefined : parseJson(object.body.toString('utf8'));
    const distributionId = isJsonObject(address) ? address.distributionId : undefined;
    if (typeof distributionId === 'string') return { distributionId };
    throw new FailedCommand(`'${SITE_ADDRESS_KEY}' of the bucket does not name the distribution; deploy again`);
  };
  return createCloudFront(aws, { get, forget: () => {} });
}

/** In any case, also when nothing is stored any more: the edge may have a copy. */
async function purge(path: string, cdn: ReturnType<typeof createCloudFront>): Promise<string> {
  const items = [`#${edgeTagOfPath(path)}`];
  const purged = await cdn.purge(items).catch((error: unknown) => {
    throw new FailedCommand(`the bucket has nothing of '${path}' any more, but the edge may: ${reasonOf(error)}`);
  });
  if (purged.outcome === 'purged') return purged.invalidation;
  throw new FailedCommand(`the bucket has nothing of '${path}' any more, but CloudFront is busy; run it again`);
}

function linesOf(path: string, { pages, facts, leases }: PageTraces, invalidation: string): readonly string[] {
  const deployments = new Set(pages.map((key) => key.split('/')[1]));
  return [
    `${countOf(pages.length, 'stored page')} of ${path} removed, from ${countOf(deployments.size, 'deployment')}`,
    ...pages.map((key) => `  ${key}`),
    `${countOf(facts.length, 'note')} and ${countOf(leases.length, 'lease')} removed`,
    `invalidation ${invalidation} was accepted: the edge forgets it within seconds`,
  ];
}
