import type { LambdaFunctionURLEvent } from 'aws-lambda';

const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;

/** The name that the request is for, with its port; `undefined` for what is no host, such as `a:b:c`. */
export function hostOf({ headers, requestContext }: LambdaFunctionURLEvent): string | undefined {
  const host = headers['x-forwarded-host'] ?? requestContext.domainName;
  return HOST.test(host) && URL.canParse(`https://${host}`) ? host : undefined;
}
