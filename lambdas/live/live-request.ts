import { hash, timingSafeEqual } from 'node:crypto';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { bodyOf } from '../shared/function-url.ts';
import { hostOf } from '../shared/host.ts';

/** They are between CloudFront, the edge function and us, and do not concern the site. */
const INTERNAL_HEADER = /^(x-isr-|x-amz-|x-amzn-|host$|connection$|content-length$|transfer-encoding$)/;

/** Whether the request came through the distribution: nobody else knows the secret. */
export function isFromDistribution(event: LambdaFunctionURLEvent, originSecret: string): boolean {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  return timingSafeEqual(digest(event.headers['x-isr-origin-secret'] ?? ''), digest(originSecret));
}

/**
 * The request as the viewer made it, and under the name that the viewer used: frameworks compare it with `Origin`.
 * `undefined` when that is no name of a host.
 */
export function liveRequestOf(event: LambdaFunctionURLEvent): Request | undefined {
  const host = hostOf(event);
  if (host === undefined) return undefined;
  const { method } = event.requestContext.http;
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined && !INTERNAL_HEADER.test(name)) headers.set(name, value);
  }
  if (event.cookies !== undefined && event.cookies.length > 0) headers.set('cookie', event.cookies.join('; '));
  const hasBody = event.body !== undefined && method !== 'GET' && method !== 'HEAD';
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  return new Request(`https://${host}${event.rawPath}${query}`, {
    method,
    headers,
    ...(hasBody ? { body: new Uint8Array(bodyOf(event)) } : {}),
  });
}

/**
 * Whether the edge asks for this deployment. While a deployment switches, it still names the one before: what it kept
 * under that name would come back with it.
 */
export function isForDeployment({ headers }: LambdaFunctionURLEvent, deploymentId: string): boolean {
  return headers['x-isr-deployment'] === deploymentId;
}

export function viewerAddressOf(event: LambdaFunctionURLEvent): string {
  return event.headers['x-isr-viewer-address'] ?? event.requestContext.http.sourceIp;
}
