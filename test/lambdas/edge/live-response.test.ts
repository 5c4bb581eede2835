import { expect, test } from 'vitest';
import { loadEdgeFunction, requestEvent } from './run-edge-function.ts';

test('browsers get the Cache-Control that is meant for them, and nothing else changes', async () => {
  const handler = await loadEdgeFunction('live-response');
  const respond = (headers: Record<string, { value: string }>) =>
    handler({ ...requestEvent('/live'), response: { statusCode: 200, headers } });
  const kept = { 'cache-control': { value: 'public, max-age=0, s-maxage=60' }, age: { value: '5' } };
  const forBrowsers = { value: 'public, max-age=9' };
  expect(respond({ ...kept, 'x-isr-browser-cache-control': forBrowsers })).toEqual({
    statusCode: 200,
    headers: { 'cache-control': forBrowsers, age: { value: '5' } },
  });
  expect(respond({ 'cache-control': { value: 'no-store' } }).headers).toEqual({
    'cache-control': { value: 'no-store' },
  });
});
