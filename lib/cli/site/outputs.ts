import { readFile } from 'node:fs/promises';
import { describeStack } from '../../aws/cloudformation.ts';
import { reasonOf } from '../../basics/errors.ts';
import { type CliHost, FailedCommand, UsageError } from '../terminal/command.ts';
import { awsFailure } from './aws-failure.ts';
import { openUserAws } from './user-aws.ts';

/** The outputs of one stack. */
export interface StackOutputs {
  readonly stackName: string;
  readonly region: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Reads the file that `cdk deploy --outputs-file` wrote. `stackName` chooses a stack when there are several. */
export async function readOutputsFile(path: string, stackName: string | undefined): Promise<StackOutputs> {
  const stacks = await parseOutputs(path);
  const names = Object.keys(stacks);
  const sites = names.filter(
    (name) => stacks[name]?.RevalidateUrl !== undefined || stacks[name]?.SiteUrl !== undefined,
  );
  const candidates = stackName === undefined ? sites : names.filter((name) => name === stackName);
  const [name, ...others] = candidates;
  if (name === undefined) {
    const wanted = stackName === undefined ? 'no stack with the outputs of a site' : `no stack '${stackName}'`;
    throw new UsageError(`${path} has ${wanted}; it has ${names.join(', ') || 'none'}`);
  }
  if (others.length > 0)
    throw new UsageError(`${path} has several sites; choose one with --stack: ${sites.join(', ')}`);
  const outputs = stacks[name] ?? {};
  return { stackName: name, outputs, region: regionOf(outputs) };
}

/** Asks CloudFormation for the outputs, with the user's own credentials. */
export async function readStackOutputs(
  stackName: string,
  region: string | undefined,
  { environment }: CliHost,
): Promise<StackOutputs> {
  const aws = await openUserAws({ environment, region });
  const described = await describeStack(aws, stackName).catch((error: unknown) => {
    throw awsFailure(`cannot read the outputs of stack '${stackName}'`, error);
  });
  return { stackName, outputs: described.outputs, region: described.region ?? region };
}

async function parseOutputs(path: string): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  try {
    const content: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof content === 'object' && content !== null) return content as Record<string, Record<string, string>>;
    throw new Error('it is not a JSON object');
  } catch (cause) {
    const advice = 'cdk deploy --outputs-file writes it';
    throw new FailedCommand(`cannot read the outputs in '${path}': ${reasonOf(cause)}; ${advice}`, { cause });
  }
}

/** The region is part of the URLs of functions and queues: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html */
function regionOf(outputs: Readonly<Record<string, string>>): string | undefined {
  const urls = Object.values(outputs).join(' ');
  return /\.lambda-url\.([a-z0-9-]+)\.on\.aws|sqs\.([a-z0-9-]+)\.amazonaws/.exec(urls)?.slice(1).find(Boolean);
}
