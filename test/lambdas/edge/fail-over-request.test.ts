import { expect, test } from 'vitest';
import { loadEdgeFunction, requestEvent } from './run-edge-function.ts';

const SECRET = 'a-secret-of-forty-eight-characters';

test("the site's distribution, which knows the secret, gets pages, and S3 never sees it", async () => {
  const handler = await loadEdgeFunction('fail-over-request', { originSecret: SECRET });
  const request = handler(requestEvent('/deployments/0/a', { headers: { 'x-isr-origin-secret': SECRET } }));
  expect(request).toMatchObject({ uri: '/deployments/0/a' });
  expect(request.headers).not.toHaveProperty('x-isr-origin-secret');
});

test.each([undefined, '', 'guess', SECRET.slice(1), `${SECRET} `])('whoever says %j gets nothing', async (given) => {
  const handler = await loadEdgeFunction('fail-over-request', { originSecret: SECRET });
  const headers: Record<string, string> = given === undefined ? {} : { 'x-isr-origin-secret': given };
  const response = handler(requestEvent('/deployments/0/a', { headers }));
  expect(response).toMatchObject({ statusCode: 403, headers: { 'cache-control': { value: 'no-store' } } });
});
