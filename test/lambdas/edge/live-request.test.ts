import { expect, test } from 'vitest';
import type { EdgeRequest } from '../../../lambdas/edge/event.ts';
import { loadEdgeFunction, requestEvent } from './run-edge-function.ts';

test('a live request goes on as it is, with the host and the address of the viewer', async () => {
  const handler = await loadEdgeFunction('live-request', { deploymentId: 'abc' });
  const event = requestEvent('/api/a%20b', {
    method: 'POST',
    query: { any: { value: 'x' } },
    cookies: { session: '1' },
    headers: { 'content-type': 'application/json', 'x-forwarded-host': 'evil.example' },
  });
  expect(handler(event)).toEqual({
    ...event.request,
    headers: {
      host: { value: 'example.com' },
      'content-type': { value: 'application/json' },
      'x-forwarded-host': { value: 'example.com' },
      'x-isr-viewer-address': { value: '198.51.100.7' },
      'x-isr-deployment': { value: 'abc' },
    },
  });
});

test('a viewer cannot send what only the edge says', async () => {
  const handler = await loadEdgeFunction('live-request', { deploymentId: 'abc' });
  const headers = { 'x-isr-viewer-address': '127.0.0.1', 'x-isr-deployment': 'other', 'x-isr-origin-secret': 'guess' };
  const request = handler(requestEvent('/api', { headers })) as EdgeRequest;
  expect(request.headers['x-isr-viewer-address']?.value).toBe('198.51.100.7');
  expect(request.headers['x-isr-deployment']?.value).toBe('abc');
  expect(request.headers).not.toHaveProperty('x-isr-origin-secret');
});
