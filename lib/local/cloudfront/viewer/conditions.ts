import type { EdgeResponse } from '../cache/edge-response.ts';
import {
  type ByteRange,
  formatContentRange,
  isRangeCurrent,
  readRangeSpecs,
  resolveRanges,
} from '../message/byte-ranges.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import { readHttpDate } from '../message/http-date.ts';
import { drain, type HttpResponse } from '../message/http-response.ts';

/** Answers the viewer's own conditions and ranges from what the edge has (RFC 9110, sections 13 and 14). */
export function applyViewerConditions(request: EdgeRequest, response: EdgeResponse, now: number): HttpResponse {
  const headers = { ...response.headers };
  const { method } = request;
  const whole = { status: response.status, headers, body: response.body };
  const isOk = response.status === 200 || response.status === 206;
  if (!isOk || (method !== 'GET' && method !== 'HEAD')) return whole;
  if (isNotModified(request.headers, headers, now)) {
    drain(response.body);
    return { status: 304, headers: withoutRepresentation(headers), body: Buffer.alloc(0) };
  }
  if (!response.hasWholeBody || !Buffer.isBuffer(response.body)) return whole;
  const sized = { ...headers, 'content-length': String(response.body.length), 'accept-ranges': 'bytes' };
  return method === 'GET'
    ? applyRange(request.headers, sized, response.body)
    : { status: 200, headers: sized, body: response.body };
}

function isNotModified(asked: Readonly<Fields>, stored: Readonly<Fields>, now: number): boolean {
  const ifNoneMatch = fieldOf(asked, 'if-none-match');
  const etag = fieldOf(stored, 'etag');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    return etag !== undefined && ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
  }
  const since = readHttpDate(fieldOf(asked, 'if-modified-since'), now);
  const modified = readHttpDate(fieldOf(stored, 'last-modified'), now);
  return since !== undefined && modified !== undefined && modified <= since;
}

// Weak comparison: `W/"a"` and `"a"` are the same to If-None-Match.
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}

const REPRESENTATION = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-range',
  'content-type',
]);

// A 304 tells nothing of the body that it does not have; other `content-*` headers are about more than that.
function withoutRepresentation(headers: Readonly<Fields>): Fields {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !REPRESENTATION.has(name)));
}

function applyRange(asked: Readonly<Fields>, headers: Fields, body: Buffer): HttpResponse {
  const specs = readRangeSpecs(fieldOf(asked, 'range'));
  const resolved = specs && isRangeCurrent(asked, headers) ? resolveRanges(specs, body.length) : undefined;
  switch (resolved?.kind) {
    case 'ranges': {
      const [first, ...others] = resolved.ranges;
      return others.length === 0 ? onePart(first, headers, body) : severalParts(resolved.ranges, headers, body);
    }
    case 'unsatisfiable': {
      const refused = { 'content-range': `bytes */${body.length}`, 'content-length': '0' };
      return { status: 416, headers: refused, body: Buffer.alloc(0) };
    }
    default:
      return { status: 200, headers, body };
  }
}

function onePart(range: ByteRange, headers: Readonly<Fields>, body: Buffer): HttpResponse {
  const part = body.subarray(range.first, range.last + 1);
  const contentRange = formatContentRange({ ...range, size: body.length });
  const sized = { 'content-range': contentRange, 'content-length': String(part.length) };
  return { status: 206, headers: { ...headers, ...sized }, body: part };
}

const BOUNDARY = 'CloudFront:part-of-several';

// RFC 9110, section 14.6
function severalParts(ranges: readonly ByteRange[], headers: Readonly<Fields>, body: Buffer): HttpResponse {
  const type = fieldOf(headers, 'content-type');
  const parts = ranges.flatMap((range) => [
    `--${BOUNDARY}\r\n`,
    type === undefined ? '' : `Content-Type: ${type}\r\n`,
    `Content-Range: ${formatContentRange({ ...range, size: body.length })}\r\n\r\n`,
    body.subarray(range.first, range.last + 1),
    '\r\n',
  ]);
  const several = Buffer.concat([...parts, `--${BOUNDARY}--\r\n`].map((part) => Buffer.from(part)));
  const described = {
    'content-type': `multipart/byteranges; boundary="${BOUNDARY}"`,
    'content-length': String(several.length),
  };
  return { status: 206, headers: { ...headers, ...described }, body: several };
}
