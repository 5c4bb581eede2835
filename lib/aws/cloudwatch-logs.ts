import { type AwsClient, AwsRefusal } from './client.ts';

export interface LogEvent {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
}

/**
 * What a log group holds from `since` on (epoch milliseconds), a page at a time.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export async function* filterLogEvents(
  aws: AwsClient,
  logGroupName: string,
  since: number,
): AsyncGenerator<readonly LogEvent[]> {
  let token: string | undefined;
  do {
    const page = await ask(aws, { logGroupName, startTime: since, nextToken: token });
    yield (page.events ?? []).map(({ eventId, timestamp, message }) => ({ id: eventId, at: timestamp, message }));
    token = page.nextToken;
  } while (token !== undefined);
}

interface Page {
  readonly events?: readonly { readonly eventId: string; readonly timestamp: number; readonly message: string }[];
  readonly nextToken?: string;
}

async function ask(aws: AwsClient, request: object): Promise<Page> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.FilterLogEvents' };
  const call = { service: 'logs', method: 'POST', path: '/', headers, body: JSON.stringify(request) } as const;
  const response = await aws(call);
  if (response.status !== 200) throw new AwsRefusal(call, response);
  return JSON.parse(response.body.toString('utf8'));
}
