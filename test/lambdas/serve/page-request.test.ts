import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { parsePageRequest } from '../../../lambdas/serve/page-request.ts';

const event = (rawPath: string, method = 'GET', headers: Record<string, string> = {}): LambdaFunctionURLEvent =>
  ({
    rawPath,
    headers,
    requestContext: { domainName: 'abc.lambda-url.eu-west-1.on.aws', http: { method } },
  }) as unknown as LambdaFunctionURLEvent;

test('reads deployment, page key, host and tokens', () => {
  const headers = { 'x-forwarded-host': 'example.com', 'x-prerender-revalidate': 'r', 'x-isr-draft': 'd' };
  expect(parsePageRequest(event('/deployments/0123456789abcdef/caf%C3%A9/index.html', 'HEAD', headers))).toEqual({
    deploymentId: '0123456789abcdef',
    pageKey: '/café/index.html',
    host: 'example.com',
    revalidationToken: 'r',
    draftToken: 'd',
  });
});

test.each(['/_astro/gone.abc123.js', '/docs/_app/../x.js', '/'])(
  '%s, which is no page, is a file that is gone',
  (path) => {
    expect(parsePageRequest(event(path))).toEqual({ status: 404, problem: 'There is no such file.', keptSeconds: 10 });
  },
);

test.each([
  ['/deployments/0123456789abcdef/isr', 400],
  ['/deployments/0123456789abcdef/../../_isr/ledger.json', 400],
  ['/deployments/0123456789abcdef/%2e%2e/_isr/ledger.json', 400],
  ['/deployments/../index.html', 400],
])('refuses %s, which the edge function cannot have made', (path, status) => {
  expect(parsePageRequest(event(path))).toMatchObject({ status });
});

test.each(['a:b:c', 'a/b', 'user@evil.example'])('refuses the host %s, which is none, without an exception', (host) => {
  const request = parsePageRequest(
    event('/deployments/0123456789abcdef/index.html', 'GET', { 'x-forwarded-host': host }),
  );
  expect(request).toEqual({ status: 400, problem: 'the header x-forwarded-host names no host' });
});

test('refuses other methods than GET and HEAD', () => {
  expect(parsePageRequest(event('/deployments/0123456789abcdef/index.html', 'POST'))).toEqual({
    status: 405,
    problem: 'pages answer GET and HEAD, not POST',
  });
});
