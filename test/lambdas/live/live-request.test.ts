import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { liveRequestOf } from '../../../lambdas/live/live-request.ts';

function eventFor(host: string | undefined): LambdaFunctionURLEvent {
  const event = {
    rawPath: '/api/x',
    rawQueryString: 'a=1',
    headers: host === undefined ? {} : { 'x-forwarded-host': host },
    requestContext: { domainName: 'function.example', http: { method: 'GET' } },
  };
  return event as unknown as LambdaFunctionURLEvent;
}

describe('the host of a request', () => {
  test.each([
    ['example.com', 'https://example.com/api/x?a=1'],
    ['example.com:8443', 'https://example.com:8443/api/x?a=1'],
    ['[::1]:4403', 'https://[::1]:4403/api/x?a=1'],
    [undefined, 'https://function.example/api/x?a=1'],
  ])('%s is the one that the viewer used', (host, url) => {
    expect(liveRequestOf(eventFor(host))?.url).toBe(url);
  });

  test.each(['a:b:c', 'a:99999', '', 'a/b', 'evil.example/x?', 'user@evil.example', 'a b', 'a#b', '[::1'])(
    '%j is none, and no exception',
    (host) => {
      expect(liveRequestOf(eventFor(host))).toBeUndefined();
    },
  );
});
