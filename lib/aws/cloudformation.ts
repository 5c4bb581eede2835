import { XMLParser } from '../vendor/xml.ts';
import { type AwsClient, AwsRefusal } from './client.ts';

export interface DescribedStack {
  readonly region: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface StackResource {
  /** `AWS::Logs::LogGroup` */
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export async function describeStack(aws: AwsClient, stackName: string): Promise<DescribedStack> {
  const { Stacks } = await ask(aws, 'DescribeStacks', { StackName: stackName });
  const [stack] = membersOf<Described>(Stacks);
  const outputs = membersOf<Output>(stack?.Outputs).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  // arn:aws:cloudformation:<region>:...
  return { region: stack?.StackId.split(':')[3], outputs: Object.fromEntries(outputs) };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html */
export async function listStackResources(aws: AwsClient, stackName: string): Promise<readonly StackResource[]> {
  const resources: StackResource[] = [];
  let token: string | undefined;
  do {
    const request = { StackName: stackName, ...(token === undefined ? {} : { NextToken: token }) };
    const { StackResourceSummaries, NextToken } = await ask(aws, 'ListStackResources', request);
    for (const summary of membersOf<Summary>(StackResourceSummaries)) {
      // A resource that is only being created has no physical id.
      const { ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId = '' } = summary;
      resources.push({ type, logicalId, physicalId });
    }
    token = NextToken;
  } while (token !== undefined);
  return resources;
}

type List<T> = '' | { readonly member: readonly T[] };

interface Output {
  readonly OutputKey: string;
  readonly OutputValue: string;
}

interface Described {
  readonly StackId: string;
  readonly Outputs?: List<Output>;
}

interface Summary {
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
}

interface Result {
  readonly Stacks?: List<Described>;
  readonly StackResourceSummaries?: List<Summary>;
  readonly NextToken?: string;
}

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'member' });

/** The query protocol: a form there, XML back. */
async function ask(aws: AwsClient, action: string, request: Readonly<Record<string, string>>): Promise<Result> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...request }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const call = { service: 'cloudformation', method: 'POST', path: '/', headers, body } as const;
  const response = await aws(call);
  if (response.status !== 200) throw new AwsRefusal(call, response);
  return parser.parse(response.body)[`${action}Response`]?.[`${action}Result`] ?? {};
}

/** An empty list is an empty element. */
function membersOf<T>(list: List<T> | undefined): readonly T[] {
  return list === undefined || list === '' ? [] : list.member;
}
