import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeResponse } from '../../lambdas/shared/decode-response.ts';

const TEXT = Buffer.from('<h1>é</h1>');

test.each<[string, Uint8Array]>([
  ['gzip', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
  ['Identity', TEXT],
  ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
])('a page that the site sent as %s is stored as it was before', (coding, body) => {
  const headers = new Headers({ 'content-encoding': coding, 'content-length': '7', 'content-type': 'text/html' });
  const decoded = decodeResponse(headers, body);
  expect(Buffer.from(decoded.body)).toEqual(TEXT);
  expect([...decoded.headers]).toEqual([['content-type', 'text/html']]);
});

test('a page that the site did not encode is left alone, cookies and all', () => {
  const headers = new Headers([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  expect(decodeResponse(headers, TEXT)).toEqual({ headers, body: TEXT });
});

test('cookies of an encoded page stay two', () => {
  const headers = new Headers([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['content-encoding', 'gzip'],
  ]);
  expect(decodeResponse(headers, gzipSync(TEXT)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test.each(['compress', 'constructor', ''])('a coding that nobody knows (%j) fails the render', (coding) => {
  expect(() => decodeResponse(new Headers({ 'content-encoding': coding }), TEXT)).toThrow(/the site encoded the page/);
});
