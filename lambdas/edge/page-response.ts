// The language is what cloudfront-js-2.0 runs, see bundleEdgeFunction in scripts/build.ts.
import { STORABLE_STATUSES } from '../../lib/core/policy/storable-statuses.ts';
import type { EdgeEvent, EdgeResponse } from './event.ts';
import { removeTypeOfLambda } from './untyped.ts';

const FACTS_HEADER = 'x-amz-meta-isr';
const IS_OF_AWS = /^x-amzn?-(?!cf-)/;
// A function must not set these. If it does, it fails, and the viewer gets an error:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
const NOT_SETTABLE =
  /^(connection|expect|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via|warning|content-(encoding|length)|x-(accel|amz-cf|amzn|edge)-.*|x-cache|x-forwarded-proto|x-real-ip|cloudfront-viewer-.*|client-cert.*|set-cookie)$/;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function handler(event: EdgeEvent): EdgeResponse {
  const headers = event.response.headers;
  restoreFacts(event.response);
  const names = Object.keys(headers);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    // S3, the second origin, sends the page's facts as headers. Of what else AWS adds, viewers need nothing.
    if (name === 'cache-tag' || IS_OF_AWS.test(name)) delete headers[name];
  }
  removeTypeOfLambda(event.response);
  // The fail-over distribution says with each of its answers when to come back. This one is a page, which need not.
  if (headers['x-isr-cache'] === undefined) delete headers['retry-after'];
  const cacheControl = headers['cache-control'];
  // The windows are for the edge. Browsers would honour stale-while-revalidate too, and an editor would see old pages.
  if (cacheControl !== undefined && /s-maxage/i.test(cacheControl.value)) {
    headers['cache-control'] = { value: 'public, max-age=0, must-revalidate' };
  }
  return event.response;
}

interface Facts {
  status?: unknown;
  headers?: Record<string, unknown> | null;
}

/** S3 alone answers 200 and knows none of the page's headers: a redirect would lead nowhere. */
function restoreFacts(response: EdgeResponse): void {
  const entry = response.headers[FACTS_HEADER];
  const facts = entry === undefined ? null : parseFacts(entry.value);
  // The facts are an object of their own, which a function at the edge cannot read.
  if (facts === null || typeof facts.headers !== 'object' || facts.headers === null) return;
  // S3 has a type for each object.
  if (facts.headers['content-type'] === undefined) delete response.headers['content-type'];
  const names = Object.keys(facts.headers);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = facts.headers[name];
    if (isSettable(name, value) && response.headers[name] === undefined) response.headers[name] = { value: value };
  }
  if (response.statusCode === 200) response.statusCode = statusOf(facts, response);
}

function isSettable(name: string, value: unknown): value is string {
  return NAME.test(name) && !NOT_SETTABLE.test(name) && typeof value === 'string' && VALUE.test(value);
}

/** What is no status of a page is left alone. A redirect that leads nowhere is a failure. */
function statusOf(facts: Facts, response: EdgeResponse): number {
  const status = facts.status;
  if (typeof status !== 'number' || STORABLE_STATUSES.indexOf(status) === -1) return 200;
  const location = response.headers.location;
  return status < 300 || status > 399 || (location !== undefined && location.value !== '') ? status : 502;
}

/** A function that throws costs the viewer the page, so what is not as we wrote it says nothing. */
function parseFacts(json: string): Facts | null {
  try {
    return JSON.parse(json) as Facts | null;
  } catch (_) {
    return null;
  }
}
