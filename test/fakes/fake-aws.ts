import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface LogLine {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** CloudFormation and CloudWatch Logs as far as they are asked. A test holds it to what AWS's own clients read of it. */
export interface FakeAws {
  readonly url: string;
  /** By stack: its outputs. */
  readonly stacks: Map<string, Readonly<Record<string, string>>>;
  /** By log group. */
  readonly logs: Map<string, LogLine[]>;
  /** What the next calls get instead of a response, whatever the service. */
  readonly refusals: Refusal[];
  /** Headers of every call. */
  readonly received: IncomingHttpHeaders[];
  stop(): Promise<void>;
}

export async function startFakeAws(): Promise<FakeAws> {
  const stacks: FakeAws['stacks'] = new Map();
  const logs: FakeAws['logs'] = new Map();
  const refusals: Refusal[] = [];
  const received: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push(request.headers);
    const refusal = refusals.shift();
    if (refusal !== undefined) return void response.writeHead(refusal.status, refusal.headers).end(refusal.body);
    const isLogs = request.headers['x-amz-target'] !== undefined;
    const [status, sent] = isLogs ? logsResponse(body, logs) : stacksResponse(new URLSearchParams(body), stacks, logs);
    response.writeHead(status, { 'content-type': isLogs ? 'application/x-amz-json-1.1' : 'text/xml' }).end(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stacks,
    logs,
    refusals,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Two lines a page. */
function logsResponse(body: string, logs: FakeAws['logs']): [number, string] {
  const { logGroupName, startTime = 0, nextToken = '0' } = JSON.parse(body);
  const lines = logs.get(logGroupName);
  if (lines === undefined) {
    const message = 'The specified log group does not exist.';
    return [400, JSON.stringify({ __type: 'ResourceNotFoundException', message })];
  }
  const events = lines
    .filter(({ at }) => at >= startTime)
    .map(({ id, at, message }) => ({ eventId: id, timestamp: at, message, logStreamName: 'a' }));
  const end = Number(nextToken) + 2;
  const more = end < events.length ? { nextToken: String(end) } : {};
  return [200, JSON.stringify({ events: events.slice(Number(nextToken), end), ...more })];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
function stacksResponse(query: URLSearchParams, stacks: FakeAws['stacks'], logs: FakeAws['logs']): [number, string] {
  const name = query.get('StackName') ?? '';
  const action = query.get('Action') ?? '';
  const outputs = stacks.get(name);
  if (outputs === undefined) {
    const message = `Stack with id ${name} does not exist`;
    return [
      400,
      `<ErrorResponse><Error><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
    ];
  }
  const result =
    action === 'DescribeStacks'
      ? `<Stacks><member>${stackXml(name, outputs)}</member></Stacks>`
      : resourcesXml(logs, Number(query.get('NextToken') ?? 0));
  return [200, `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`];
}

function stackXml(name: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${escapeXml(value)}</OutputValue></member>`,
  );
  const id = `arn:aws:cloudformation:eu-west-1:123456789012:stack/${name}/1`;
  const list = members.length === 0 ? '<Outputs/>' : `<Outputs>${members.join('')}</Outputs>`;
  return `<StackName>${name}</StackName><StackId>${id}</StackId>${list}`;
}

/** Two resources a page; one of them is only being created. */
function resourcesXml(logs: FakeAws['logs'], start: number): string {
  const groups = [...logs.keys()].map((group) => ({
    type: 'AWS::Logs::LogGroup',
    logical: group.split('-')[1] ?? '',
    physical: `<PhysicalResourceId>${group}</PhysicalResourceId>`,
  }));
  const others = [{ type: 'AWS::Lambda::Function', logical: 'SiteFunctionsServe0A1B2C3D', physical: '' }];
  const all = [...others, ...groups];
  const members = all
    .slice(start, start + 2)
    .map(
      ({ type, logical, physical }) =>
        `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logical}</LogicalResourceId>${physical}</member>`,
    );
  const more = start + 2 < all.length ? `<NextToken>${start + 2}</NextToken>` : '';
  return `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>${more}`;
}

function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
