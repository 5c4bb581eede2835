import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { copyBundle, emptyStagingFolder } from './staging.ts';

export interface LambdaFunctionOptions {
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /** @default - no limit but the account's */
  readonly reservedConcurrency?: number | undefined;
  /** Adds files to the folder of the bundle. */
  readonly addTo?: ((folder: string) => void) | undefined;
}

/** The processor of all functions. */
export const ARCHITECTURE = Architecture.ARM_64;

/** The function of the bundle `dist/lambdas/<name>`, with a log group and a role of its own. */
export function createFunction(scope: Construct, name: string, options: LambdaFunctionOptions): LambdaFunction {
  const folder = emptyStagingFolder(scope, name);
  copyBundle(name, folder);
  options.addTo?.(folder);
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: options.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // With CDK's default role, the function could write to every log group of the account.
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return new LambdaFunction(scope, id, {
    description: options.description,
    code: Code.fromAsset(folder),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: ARCHITECTURE,
    memorySize: options.memoryMiB,
    timeout: options.timeout,
    environment: { ...options.environment },
    reservedConcurrentExecutions: options.reservedConcurrency,
    role,
    logGroup,
  });
}
