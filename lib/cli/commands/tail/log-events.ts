import { setTimeout as pause } from 'node:timers/promises';
import type { CloudWatchLogsClient, FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { LocalEvent } from '../../../local/events.ts';
import { awsFailure } from '../../site/aws-failure.ts';
import type { Place } from '../../site/place.ts';
import { FailedCommand } from '../../terminal/command.ts';
import { isPlatformLine } from '../../terminal/log-text.ts';

/** FilterLogEvents allows five calls a second: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const POLL_MS = 2000;
/** A line may be readable this much later than a newer one. */
const OVERLAP_MS = 15_000;
const FUNCTIONS = /(Serve|Render|Revalidate|Ssr|Purge)Logs[0-9A-F]{8}$/;

/** Of the stack's functions. */
export async function logGroupsOf({ stackName = '', region }: Place): Promise<readonly string[]> {
  const { CloudFormationClient, paginateListStackResources } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(region === undefined ? {} : { region });
  const groups: string[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
      for (const { ResourceType, LogicalResourceId = '', PhysicalResourceId = '' } of page.StackResourceSummaries ??
        []) {
        if (ResourceType === 'AWS::Logs::LogGroup' && FUNCTIONS.test(LogicalResourceId))
          groups.push(PhysicalResourceId);
      }
    }
  } catch (error) {
    throw awsFailure(`cannot list the resources of stack '${stackName}'`, error);
  } finally {
    client.destroy();
  }
  if (groups.length > 0) return groups;
  throw new FailedCommand(`stack '${stackName}' has no log groups of a site's functions; name them with --log-group`);
}

/** What is logged from `since` on. Ends with the signal. */
export async function* logEvents(
  groups: readonly string[],
  { region }: Place,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<LocalEvent> {
  const { CloudWatchLogsClient, paginateFilterLogEvents } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient(region === undefined ? {} : { region });
  const readers = groups.map((group) => groupReader(client, paginateFilterLogEvents, group, since));
  try {
    while (!signal.aborted) {
      const found = (await Promise.all(readers.map((read) => read()))).flat();
      yield* found.sort((left, right) => left.at - right.at);
      // Rejects when the user stops.
      await pause(POLL_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    client.destroy();
  }
}

type Paginate = typeof import('@aws-sdk/client-cloudwatch-logs')['paginateFilterLogEvents'];

/** Each call gives what is new in the group. */
function groupReader(client: CloudWatchLogsClient, paginate: Paginate, logGroupName: string, since: number) {
  const seen = new Map<string, number>();
  let startTime = since;
  return async (): Promise<LocalEvent[]> => {
    const found: LocalEvent[] = [];
    try {
      for await (const { events = [] } of paginate({ client }, { logGroupName, startTime })) {
        for (const event of events) {
          const { eventId = '', timestamp = 0 } = event;
          if (seen.has(eventId)) continue;
          seen.set(eventId, timestamp);
          found.push(...eventOf(event, logGroupName));
        }
      }
    } catch (error) {
      throw awsFailure(`cannot read log group '${logGroupName}'`, error);
    }
    startTime = Math.max(startTime, Math.max(...seen.values(), 0) - OVERLAP_MS);
    for (const [id, timestamp] of seen) if (timestamp < startTime) seen.delete(id);
    return found;
  };
}

function eventOf({ timestamp: at = 0, message = '' }: FilteredLogEvent, logGroupName: string): LocalEvent[] {
  const functionName = functionOf(logGroupName);
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

/** `MySite-SiteFunctionsServeLogs0F2A91B3-x7Yz` is of `serve`; another group goes by its own name. */
function functionOf(logGroupName: string): string {
  return /(Serve|Render|Revalidate|Ssr|Purge)Logs[0-9A-F]{8}-/.exec(logGroupName)?.[1]?.toLowerCase() ?? logGroupName;
}
