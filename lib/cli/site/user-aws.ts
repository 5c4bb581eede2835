import { type AwsClient, type AwsCredentials, createAwsClient, type Service } from '../../aws/client.ts';
import type { Environment } from '../../basics/environment.ts';
import { FailedCommand } from '../terminal/command.ts';
import { awsFailure } from './aws-failure.ts';
import type { RunningSession } from './session-file.ts';

/** The local services accept any. */
const LOCAL_CREDENTIALS: AwsCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface UserAwsOptions {
  readonly environment: Environment;
  /** @default that of the environment or the profile */
  readonly region?: string | undefined;
  /** A stack on this machine, whose services are used instead. */
  readonly session?: RunningSession | undefined;
}

/** Calls AWS with the user's own credentials: from the environment, a profile, or single sign-on. */
export async function openUserAws({ environment, region, session }: UserAwsOptions): Promise<AwsClient> {
  if (session !== undefined) {
    const {
      AWS_ENDPOINT_URL_S3: s3 = '',
      AWS_ENDPOINT_URL_SQS: sqs = '',
      AWS_ENDPOINT_URL_CLOUDFRONT: cloudfront = '',
    } = session.endpoints;
    const endpoints = { s3, sqs, cloudfront };
    return createAwsClient({ region: 'us-east-1', endpoints, credentials: async () => LOCAL_CREDENTIALS });
  }
  const credentials = await credentialsOf(environment);
  return createAwsClient({
    region: region ?? (await regionOf(environment)),
    endpoints: endpointsOf(environment),
    credentials,
  });
}

/** Gets credentials once before the first call, so that a missing sign-in is reported as such. */
async function credentialsOf(environment: Environment): Promise<() => Promise<AwsCredentials>> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_PROFILE: profile } = environment;
  if (accessKeyId && secretAccessKey && !profile) {
    return async () => ({ accessKeyId, secretAccessKey, sessionToken: environment.AWS_SESSION_TOKEN });
  }
  // It takes a tenth of a second to load, which keys in the environment do not need.
  const { credentialChain } = await import('../../vendor/aws-credentials.ts');
  const chain = credentialChain();
  await chain().catch((error: unknown) => {
    throw awsFailure('cannot sign in to AWS', error);
  });
  return chain;
}

async function regionOf(environment: Environment): Promise<string> {
  const named = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (named) return named;
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
    '../../vendor/aws-credentials.ts'
  );
  const ofProfile = { ...NODE_REGION_CONFIG_OPTIONS, environmentVariableSelector: () => undefined };
  return loadConfig(ofProfile, NODE_REGION_CONFIG_FILE_OPTIONS)().catch((cause: unknown) => {
    throw new FailedCommand('cannot tell the AWS region; give --region or set AWS_REGION', { cause });
  });
}

const ENDPOINT_VARIABLES = {
  cloudfront: 'AWS_ENDPOINT_URL_CLOUDFRONT',
  s3: 'AWS_ENDPOINT_URL_S3',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  cloudformation: 'AWS_ENDPOINT_URL_CLOUDFORMATION',
  logs: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
} as const;

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function endpointsOf(environment: Environment): Partial<Record<Service, string>> {
  const endpoints = Object.entries(ENDPOINT_VARIABLES).map(([service, variable]) => {
    return [service, environment[variable] ?? environment.AWS_ENDPOINT_URL] as const;
  });
  return Object.fromEntries(endpoints.filter(([, url]) => url !== undefined));
}
