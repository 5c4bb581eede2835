import type { LocalEvent } from '../../lib/local/events.ts';
import type { LocalStack } from '../../lib/local/stack/index.ts';
import { ask, type RawResponse } from './http.ts';

/** The response of serve, past the edge: as CloudFront asks, with a signature. `uri` is percent-encoded. */
export function askServe(
  stack: LocalStack,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawResponse> {
  const deployment = stack.function('serve').environment.ISR_DEPLOYMENT_ID;
  const key = /\.[a-z]+$/.test(path) ? path : `${path.replace(/\/$/, '')}/index.html`;
  return ask(stack.functionUrl('serve'), `/deployments/${deployment}${key}`, {
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=local',
      'x-forwarded-host': new URL(stack.siteUrl).host,
      ...headers,
    },
  });
}

/** So that the next request reaches the origin. Done to the emulator itself, without a call of its API. */
export function forgetEdge(stack: LocalStack): void {
  stack.distribution.invalidate(['/*'], `test-${performance.now()}`);
}

/** Each call of AWS that the functions make during `work`, polling left out. */
export async function callsDuring(stack: LocalStack, work: () => Promise<unknown>): Promise<string[]> {
  const calls: string[] = [];
  const listen = (event: LocalEvent): void => {
    if (event.kind !== 'api-call' || /^(Receive|Delete)Message/.test(event.action)) return;
    calls.push(event.action);
  };
  const stop = stack.events.subscribe(listen);
  await work();
  stop();
  return calls;
}
