import { afterEach, expect, test, vi } from 'vitest';
import { type ResponseHead, type ResponseStream, send, sendStream } from '../../../lambdas/shared/function-url.ts';

afterEach(() => void vi.unstubAllGlobals());

/** The head as Lambda is given it. */
async function headAfter(head: ResponseHead, isStreamed: boolean): Promise<ResponseHead> {
  const stream = { write: () => true, end: () => {} } as unknown as ResponseStream;
  const heads: ResponseHead[] = [];
  const from = (_: ResponseStream, given: ResponseHead) => {
    heads.push(given);
    return stream;
  };
  vi.stubGlobal('awslambda', { HttpResponseStream: { from } });
  if (isStreamed) await sendStream(stream, head, null);
  else send(stream, head, '');
  return heads[0] ?? { statusCode: 0, headers: {} };
}

test.each([true, false])(
  'what Lambda sets itself is not sent, so nothing is remapped; streamed: %s',
  async (streamed) => {
    const headers = { 'content-length': '3', date: 'x', server: 'x', connection: 'close', 'content-type': 'text/html' };
    expect((await headAfter({ statusCode: 200, headers }, streamed)).headers).toEqual({ 'content-type': 'text/html' });
  },
);

test.each([
  [302, { 'x-isr-untyped': '1' }],
  [204, { 'x-isr-untyped': '1' }],
  [200, { 'x-isr-untyped': '1' }],
  [404, { 'content-type': 'text/plain; charset=utf-8' }],
  [500, { 'content-type': 'text/plain; charset=utf-8' }],
])('a %i without a type is no file to download', async (statusCode, headers) => {
  for (const isStreamed of [true, false]) {
    expect((await headAfter({ statusCode, headers: {} }, isStreamed)).headers).toEqual(headers);
  }
});
