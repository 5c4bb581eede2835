import { randomUUID } from 'node:crypto';
import { compileCacheFolder } from './compile-cache.ts';
import type { LambdaFunctionOptions } from './function-options.ts';
import { CLOCK_VARIABLE, formatClock, formatNames, NAMES_VARIABLE } from './sandbox-preload/protocol.ts';

/**
 * The whole environment of a sandbox: the function's own variables, then what Lambda defines, which wins.
 * See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime.
 * Nothing of this process's environment is in it: neither NODE_OPTIONS nor real credentials.
 */
export function sandboxEnvironment(options: LambdaFunctionOptions, runtimeApi: string): Record<string, string> {
  const region = options.arn.split(':')[3] ?? 'us-east-1';
  return {
    // First, since a function may have a cache of its own.
    NODE_COMPILE_CACHE: compileCacheFolder(),
    ...options.environment,
    ...options.platformEnvironment,
    [NAMES_VARIABLE]: formatNames(options.ownNames?.() ?? new Map()),
    // A home that does not exist, as on Lambda: the AWS SDK must not find the developer's ~/.aws/config.
    HOME: '/home/sbx_user1051',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
    AWS_ACCESS_KEY_ID: options.accessKeyId ?? 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMiB),
    AWS_LAMBDA_FUNCTION_NAME: options.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${options.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName(options.clock.now()),
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: options.codeDirectory,
    _HANDLER: options.handler,
    [CLOCK_VARIABLE]: formatClock(options.clock),
  };
}

function logStreamName(now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
}
