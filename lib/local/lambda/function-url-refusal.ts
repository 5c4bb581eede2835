import type { IncomingMessage } from 'node:http';
import type { FunctionUrlAuthType } from './function-url-event.ts';
import type { FunctionUrlResponse } from './function-url-response.ts';
import { LambdaError } from './lambda-error.ts';

const FORBIDDEN =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html';

const SIGNATURE_DOES_NOT_MATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

export function bodyTooLarge(): FunctionUrlResponse {
  return refusal(
    413,
    'RequestEntityTooLargeException',
    'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
  );
}

/**
 * Refuses what Lambda would refuse. Signatures are not computed here, but CloudFront's origin access control signs no body
 * and Lambda takes no unsigned one, so a body needs a hash that its sender has put into `x-amz-content-sha256`:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
 */
export function refusalOfRequest(
  { headers }: IncomingMessage,
  hasBody: boolean,
  authType: FunctionUrlAuthType,
): FunctionUrlResponse | undefined {
  if (authType === 'NONE') return undefined;
  if (headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) {
    return refusal(403, 'AccessDeniedException', FORBIDDEN);
  }
  if (hasBody && headers['x-amz-content-sha256'] === undefined) {
    return refusal(403, 'SignatureDoesNotMatchException', SIGNATURE_DOES_NOT_MATCH);
  }
  return undefined;
}

/** How a function URL answers when there is no response of the function to hand on. */
export function refusalOfError(error: unknown): FunctionUrlResponse {
  const kind = error instanceof LambdaError ? error.kind : 'unavailable';
  switch (kind) {
    case 'throttled':
      return refusal(429, 'TooManyRequestsException', 'Rate Exceeded.');
    case 'refused':
      return bodyTooLarge();
    case 'unavailable':
      return refusal(503, 'ServiceUnavailableException', 'Service Unavailable');
    case 'function':
      return {
        statusCode: 502,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('Internal Server Error'),
      };
  }
}

function refusal(statusCode: number, errorType: string, message: string): FunctionUrlResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': errorType },
    body: Buffer.from(JSON.stringify({ Message: message })),
  };
}
