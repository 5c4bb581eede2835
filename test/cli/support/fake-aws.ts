import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface LogLine {
  readonly id: string;
  readonly at: number;
  readonly message: string;
}

/** CloudFormation and CloudWatch Logs as far as the command line asks them, for the real SDK clients. */
export interface FakeAws {
  readonly url: string;
  /** By stack: its outputs. */
  readonly stacks: Map<string, Readonly<Record<string, string>>>;
  /** By log group. */
  readonly logs: Map<string, LogLine[]>;
  stop(): Promise<void>;
}

export async function startFakeAws(): Promise<FakeAws> {
  const stacks: FakeAws['stacks'] = new Map();
  const logs: FakeAws['logs'] = new Map();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const isLogs = request.headers['x-amz-target'] !== undefined;
    const [status, answer] = isLogs ? answerLogs(body, logs) : answerStacks(new URLSearchParams(body), stacks, logs);
    response.writeHead(status, { 'content-type': isLogs ? 'application/x-amz-json-1.1' : 'text/xml' }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stacks,
    logs,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerLogs(body: string, logs: FakeAws['logs']): [number, string] {
  const { logGroupName, startTime = 0 } = JSON.parse(body);
  const lines = logs.get(logGroupName);
  if (lines === undefined) {
    const message = 'The specified log group does not exist.';
    return [400, JSON.stringify({ __type: 'ResourceNotFoundException', message })];
  }
  const events = lines
    .filter(({ at }) => at >= startTime)
    .map(({ id, at, message }) => ({ eventId: id, timestamp: at, message, logStreamName: 'a' }));
  return [200, JSON.stringify({ events })];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
function answerStacks(query: URLSearchParams, stacks: FakeAws['stacks'], logs: FakeAws['logs']): [number, string] {
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
  const members =
    action === 'DescribeStacks' ? `<Stacks><member>${stackXml(name, outputs)}</member></Stacks>` : resourcesXml(logs);
  return [200, `<${action}Response><${action}Result>${members}</${action}Result></${action}Response>`];
}

function stackXml(name: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const id = `arn:aws:cloudformation:eu-west-1:123456789012:stack/${name}/1`;
  return `<StackName>${name}</StackName><StackId>${id}</StackId><Outputs>${members.join('')}</Outputs>`;
}

function resourcesXml(logs: FakeAws['logs']): string {
  const groups = [...logs.keys()].map((group) => ({
    type: 'AWS::Logs::LogGroup',
    logical: group.split('-')[1] ?? '',
    physical: group,
  }));
  const others = [{ type: 'AWS::Lambda::Function', logical: 'SiteFunctionsServe0A1B2C3D', physical: 'x' }];
  const members = [...groups, ...others].map(
    ({ type, logical, physical }) =>
      `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId></member>`,
  );
  return `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`;
}
