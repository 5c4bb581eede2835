import { resolve } from 'node:path';
import { type CliHost, UsageError } from '../terminal/command.ts';
import { flagFault } from '../terminal/flags.ts';
import { readOutputsFile, readStackOutputs, type StackOutputs } from './outputs.ts';
import { isLoopback, type RunningSession, readSession } from './session-file.ts';

export const PLACE_FLAGS = {
  bucket: { type: 'string' },
  data: { type: 'string' },
  deployment: { type: 'string' },
  json: { type: 'boolean' },
  outputs: { type: 'string' },
  region: { type: 'string' },
  site: { type: 'string' },
  stack: { type: 'string' },
  url: { type: 'string' },
} as const;

export type PlaceValues = { readonly [Flag in Exclude<keyof typeof PLACE_FLAGS, 'json'>]?: string | undefined };

export const PLACE_HELP = `Which site, the first of these that says it:
  --site <url>, --url <url>, --bucket <name>, --deployment <id>
                        the site, its revalidate URL, its bucket, the deployment
  --outputs <file>      what 'cdk deploy --outputs-file' wrote (with --stack when it has several sites)
  --stack <name>        a deployed stack; asks CloudFormation with your AWS credentials (--region)
  ISR_SITE_URL, ISR_REVALIDATE_URL, ISR_BUCKET, ISR_DEPLOYMENT_ID
                        environment variables
  a local stack that runs ('isr local') with its data in --data <folder> (default: .local)`;

/** How to reach a site and its parts. What is not known is left out. */
export interface Place {
  /** Where this was found, in words: `stack 'MySite'`. */
  readonly source: string;
  readonly siteUrl?: string | undefined;
  /** Other origins of the same site. */
  readonly otherUrls?: readonly string[];
  readonly revalidateUrl?: string | undefined;
  readonly bucket?: string | undefined;
  readonly deploymentId?: string | undefined;
  /** The queues of dead letters. */
  readonly deadJobsUrl?: string | undefined;
  readonly deadPurgesUrl?: string | undefined;
  readonly stackName?: string | undefined;
  readonly region?: string | undefined;
  /** Present for a stack on this machine. */
  readonly session?: RunningSession | undefined;
}

/**
 * Finds the site that the command is about. What is named on the command line is never completed from the environment
 * or a running local stack: a mixture of two sites would be worse than an error.
 */
export async function findPlace(values: PlaceValues, host: CliHost): Promise<Place> {
  const named = namedPlace(values);
  const described = await describedPlace(values, host);
  if (described !== undefined) return { ...described, ...named };
  const ambient = environmentPlace(host);
  if (isSomewhere(named) || isSomewhere(ambient)) {
    const source = isSomewhere(named) ? 'the flags' : 'the environment';
    return { source, ...ambient, ...named };
  }
  const session = await readSession(resolve(host.directory, values.data ?? '.local'));
  return session === undefined ? { source: 'nothing', ...named } : { ...sessionPlace(session), ...named };
}

const WAYS = {
  siteUrl: { what: "the site's URL", flag: '--site <url>', variable: 'ISR_SITE_URL', output: 'SiteUrl' },
  revalidateUrl: {
    what: 'the revalidate URL',
    flag: '--url <url>',
    variable: 'ISR_REVALIDATE_URL',
    output: 'RevalidateUrl',
  },
  bucket: { what: 'the bucket', flag: '--bucket <name>', variable: 'ISR_BUCKET', output: 'BucketName' },
} as const;

/** Returns the value, or throws an error that lists every way to give it. */
export function requireFrom(place: Place, name: keyof typeof WAYS): string {
  const value = place[name];
  if (value !== undefined) return value;
  const { what, flag, variable, output } = WAYS[name];
  if (place.stackName !== undefined) {
    throw new UsageError(`${what} is not known: ${place.source} has no output ${output}; give ${flag}`);
  }
  throw new UsageError(
    [
      `${what} is not known; give it in one of these ways:`,
      `  ${flag}`,
      '  --outputs cdk-outputs.json   (written by cdk deploy --outputs-file cdk-outputs.json)',
      '  --stack <name>               (a deployed stack, with your AWS credentials)',
      `  ${variable} in the environment`,
      '  isr local                    (starts a local stack here)',
    ].join('\n'),
  );
}

type Named = Pick<Place, 'siteUrl' | 'revalidateUrl' | 'bucket' | 'deploymentId' | 'region'>;

function namedPlace(values: PlaceValues): Named {
  return present({
    siteUrl: originOf('--site', values.site),
    revalidateUrl: urlOf('--url', values.url),
    bucket: values.bucket,
    deploymentId: values.deployment,
    region: values.region,
  });
}

function environmentPlace({ environment }: CliHost): Named {
  return present({
    siteUrl: originOf('ISR_SITE_URL', environment.ISR_SITE_URL || undefined),
    revalidateUrl: urlOf('ISR_REVALIDATE_URL', environment.ISR_REVALIDATE_URL || undefined),
    bucket: environment.ISR_BUCKET || undefined,
    deploymentId: environment.ISR_DEPLOYMENT_ID || undefined,
  });
}

function isSomewhere({ siteUrl, revalidateUrl, bucket }: Named): boolean {
  return [siteUrl, revalidateUrl, bucket].some((value) => value !== undefined);
}

async function describedPlace(values: PlaceValues, host: CliHost): Promise<Place | undefined> {
  if (values.outputs !== undefined) {
    const found = await readOutputsFile(resolve(host.directory, values.outputs), values.stack);
    return outputsPlace(found, `stack '${found.stackName}' in ${values.outputs}`);
  }
  if (values.stack === undefined) return undefined;
  return outputsPlace(await readStackOutputs(values.stack, values.region, host), `stack '${values.stack}'`);
}

function outputsPlace({ stackName, region, outputs }: StackOutputs, source: string): Place {
  return {
    source,
    stackName,
    region,
    siteUrl: originOf('the output SiteUrl', outputs.SiteUrl),
    otherUrls: [outputs.DistributionUrl ?? ''].filter(Boolean),
    revalidateUrl: urlOf('the output RevalidateUrl', outputs.RevalidateUrl),
    bucket: outputs.BucketName,
    deploymentId: outputs.DeploymentId,
    deadJobsUrl: outputs.JobsDeadLettersQueueUrl,
    deadPurgesUrl: outputs.PurgesDeadLettersQueueUrl,
  };
}

function sessionPlace(session: RunningSession): Place {
  return {
    source: 'the local stack',
    session,
    stackName: session.stackName,
    siteUrl: session.siteUrl,
    revalidateUrl: session.revalidateUrl ?? undefined,
    bucket: session.bucket,
    deploymentId: session.outputs.DeploymentId,
    deadJobsUrl: session.outputs.JobsDeadLettersQueueUrl,
    deadPurgesUrl: session.outputs.PurgesDeadLettersQueueUrl,
  };
}

function originOf(name: string, value: string | undefined): string | undefined {
  const url = urlOf(name, value);
  return url === undefined ? undefined : new URL(url).origin;
}

/** The value is not shown where it could contain a password. */
function urlOf(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!URL.canParse(value)) throw flagFault(name, { mustBe: 'a URL such as https://example.com' });
  const { protocol, username, password } = new URL(value);
  if (username !== '' || password !== '') throw flagFault(name, { mustBe: 'a URL without a user and a password' });
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(value))) return value;
  throw flagFault(name, { value, mustBe: 'a URL that begins with https:// (http:// is for this machine only)' });
}

function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
