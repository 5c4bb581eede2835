import { setTimeout as pause } from 'node:timers/promises';
import { type AwsClient, AwsRefusal } from '../../../aws/client.ts';
import { listStackResources } from '../../../aws/cloudformation.ts';
import { filterLogEvents, type LogEvent } from '../../../aws/cloudwatch-logs.ts';
import type { LocalEvent } from '../../../local/events.ts';
import { awsFailure, errorIn } from '../../site/aws-failure.ts';
import type { Place } from '../../site/place.ts';
import { openUserAws } from '../../site/user-aws.ts';
import { type CliHost, FailedCommand } from '../../terminal/command.ts';
import { isPlatformLine } from '../../terminal/log-text.ts';

/** FilterLogEvents allows five calls a second: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const POLL_MS = 2000;
/** A line may become readable this much later than a newer one. */
const OVERLAP_MS = 15_000;
const FUNCTIONS = /(Serve|Render|Revalidate|Live|Purge)Logs[0-9A-F]{8}$/;

/** Names of the log groups of the stack's functions. */
export async function logGroupsOf(
  { stackName = '', region }: Place,
  { environment }: CliHost,
): Promise<readonly string[]> {
  const aws = await openUserAws({ environment, region });
  const resources = await listStackResources(aws, stackName).catch((error: unknown) => {
    throw awsFailure(`cannot list the resources of stack '${stackName}'`, error);
  });
  const groups = resources
    .filter(({ type, logicalId }) => type === 'AWS::Logs::LogGroup' && FUNCTIONS.test(logicalId))
    .map(({ physicalId }) => physicalId);
  if (groups.length > 0) return groups;
  throw new FailedCommand(`stack '${stackName}' has no log groups of a site's functions; name them with --log-group`);
}

/** What is logged from `since` on (epoch milliseconds), until the user stops it. */
export async function* logEvents(
  groups: readonly string[],
  { region }: Place,
  since: number,
  { environment, stopSignal }: CliHost,
): AsyncGenerator<LocalEvent> {
  const aws = await openUserAws({ environment, region });
  const readers = groups.map((group) => groupReader(aws, group, since));
  while (!stopSignal.aborted) {
    const found = (await Promise.all(readers.map((read) => read()))).flat();
    yield* found.sort((left, right) => left.at - right.at);
    // Rejects when the user stops.
    await pause(POLL_MS, undefined, { signal: stopSignal }).catch(() => {});
  }
}

/** Each call returns what is new in the group. */
function groupReader(aws: AwsClient, logGroup: string, since: number): () => Promise<LocalEvent[]> {
  const seen = new Map<string, number>();
  let startTime = since;
  return async () => {
    const found: LocalEvent[] = [];
    try {
      for await (const events of filterLogEvents(aws, logGroup, startTime)) {
        for (const event of events) {
          if (seen.has(event.id)) continue;
          seen.set(event.id, event.at);
          found.push(...eventOf(event, logGroup));
        }
      }
    } catch (error) {
      // The rest is read in the next round.
      if (!isThrottled(error)) throw awsFailure(`cannot read log group '${logGroup}'`, error);
      return found;
    }
    startTime = Math.max(startTime, Math.max(...seen.values(), 0) - OVERLAP_MS);
    for (const [id, at] of seen) if (at < startTime) seen.delete(id);
    return found;
  };
}

function isThrottled(error: unknown): boolean {
  return error instanceof AwsRefusal && errorIn(error.response).code === 'ThrottlingException';
}

function eventOf({ at, message }: LogEvent, logGroup: string): LocalEvent[] {
  const functionName = functionOf(logGroup);
  const line = message.trimEnd();
  if (line.startsWith('REPORT ')) return [invocationOf(line, functionName, at)];
  return isPlatformLine(line) ? [] : [{ kind: 'log', at, functionName, line }];
}

/** `REPORT RequestId: ... Duration: 12.3 ms ... Init Duration: 200 ms ... Status: timeout`, with tabs between. */
function invocationOf(line: string, functionName: string, at: number): LocalEvent {
  const milliseconds = Number(/\tDuration: ([\d.]+) ms/.exec(line)?.[1] ?? 0);
  const [, status, type] = /Status: (\S+)(?:\tError Type: (\S+))?/.exec(line) ?? [];
  const coldStart = line.includes('Init Duration:');
  return { kind: 'invocation', at, functionName, coldStart, milliseconds, error: type ?? status };
}

/** `MySite-SiteFunctionsServeLogs0F2A91B3-x7Yz` belongs to `serve`. Any other group keeps its name. */
function functionOf(logGroupName: string): string {
  return /(Serve|Render|Revalidate|Live|Purge)Logs[0-9A-F]{8}-/.exec(logGroupName)?.[1]?.toLowerCase() ?? logGroupName;
}
