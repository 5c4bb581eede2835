import type { EdgeAnswer } from '../cache/edge-answer.ts';
import type { Answer } from '../message/answer.ts';
import type { EdgeRequest } from '../message/edge-request.ts';
import { type Fields, fieldOf } from '../message/fields.ts';

/** Answers the viewer's own conditions and range from what the edge has (RFC 9110, sections 13 and 14). */
export function applyViewerConditions(request: EdgeRequest, answer: EdgeAnswer): Answer {
  const headers = { ...answer.headers };
  const whole = { status: answer.status, headers, body: answer.body };
  if (answer.status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return whole;
  if (isNotModified(request.headers, headers)) {
    if (!Buffer.isBuffer(answer.body)) answer.body.destroy();
    const kept = Object.entries(headers).filter(([name]) => !name.startsWith('content-'));
    return { status: 304, headers: Object.fromEntries(kept), body: Buffer.alloc(0) };
  }
  if (!answer.hasWholeBody || !Buffer.isBuffer(answer.body)) return whole;
  const sized = { ...headers, 'content-length': String(answer.body.length), 'accept-ranges': 'bytes' };
  return request.method === 'GET'
    ? applyRange(request.headers, sized, answer.body)
    : { status: 200, headers: sized, body: answer.body };
}

function isNotModified(asked: Readonly<Fields>, stored: Readonly<Fields>): boolean {
  const ifNoneMatch = fieldOf(asked, 'if-none-match');
  const etag = fieldOf(stored, 'etag');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    return etag !== undefined && ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag));
  }
  const since = Date.parse(fieldOf(asked, 'if-modified-since') ?? '');
  return Date.parse(fieldOf(stored, 'last-modified') ?? '') <= since;
}

// Weak comparison: `W/"a"` and `"a"` are the same to If-None-Match.
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}

function applyRange(asked: Readonly<Fields>, headers: Fields, body: Buffer): Answer {
  const whole = { status: 200, headers, body };
  const range = /^bytes=(\d*)-(\d*)$/.exec(fieldOf(asked, 'range') ?? '');
  // Several ranges in one request are legal to ignore.
  if (range === null || (range[1] === '' && range[2] === '') || !isRangeCurrent(asked, headers)) return whole;
  const [first, last] = boundsOf(range[1] ?? '', range[2] ?? '', body.length);
  if (first > last || first >= body.length) {
    const refused = { 'content-range': `bytes */${body.length}`, 'content-length': '0' };
    return { status: 416, headers: refused, body: Buffer.alloc(0) };
  }
  const part = body.subarray(first, last + 1);
  const bounds = { 'content-range': `bytes ${first}-${last}/${body.length}`, 'content-length': String(part.length) };
  return { status: 206, headers: { ...headers, ...bounds }, body: part };
}

function boundsOf(first: string, last: string, size: number): readonly [number, number] {
  if (first === '') return [Math.max(0, size - Number(last)), size - 1];
  return [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
}

function isRangeCurrent(asked: Readonly<Fields>, headers: Readonly<Fields>): boolean {
  const ifRange = fieldOf(asked, 'if-range');
  return ifRange === undefined || ifRange === headers.etag || ifRange === headers['last-modified'];
}
