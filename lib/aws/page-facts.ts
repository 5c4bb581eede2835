import { hash } from 'node:crypto';
import { isJsonObject, parseJson } from '../basics/json-object.ts';
import type { Bucket } from '../core/bucket/bucket.ts';
import { JSON_HEADERS } from '../core/bucket/json-objects.ts';
import type { PageFacts } from '../core/page/page.ts';
import { redirectFault } from '../core/policy/redirect.ts';
import type { PackedBody } from './page-body.ts';

/** What stands beside a page's bytes. */
export type StoredFacts = PageFacts & Pick<PackedBody, 'bodyBytes'>;

const HEADER = 'x-amz-meta-isr';
// S3 counts names and values of all user metadata: 2 KB
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html).
const MAX_METADATA_BYTES = 2048 - 'isr'.length - 'cache-tag'.length;

/**
 * Page facts travel as one metadata entry of the page's object, as JSON in visible ASCII. What does not fit stands in
 * an object of its own, named by its content, which the entry refers to. `otherBytes`: of the other entry.
 */
export async function factsHeaders(
  facts: StoredFacts,
  otherBytes: number,
  bucket: Bucket,
): Promise<Record<string, string>> {
  const json = asciiJson(facts);
  if (json.length + otherBytes <= MAX_METADATA_BYTES) return { [HEADER]: json };
  const reference = hash('sha256', json);
  await bucket.put(sidecarKey(reference), json, { headers: JSON_HEADERS });
  return { [HEADER]: asciiJson({ reference }) };
}

/** `undefined` for an object without facts, which is a page made at build time. */
export async function readFacts(
  headers: Readonly<Record<string, string>>,
  bucket: Bucket,
): Promise<StoredFacts | undefined> {
  const json = headers[HEADER];
  if (json === undefined) return undefined;
  const entry = parseJson(json);
  const reference = isJsonObject(entry) ? entry.reference : undefined;
  const facts = typeof reference === 'string' ? await readSidecar(reference, bucket) : entry;
  return areFacts(facts) ? facts : lostFacts(headers);
}

/** The key of the object to which the headers of a page refer; `undefined` when its facts are in its metadata. */
export function sidecarKeyIn(headers: Readonly<Record<string, string>>): string | undefined {
  const entry = parseJson(headers[HEADER] ?? '');
  const reference = isJsonObject(entry) ? entry.reference : undefined;
  return typeof reference === 'string' ? sidecarKey(reference) : undefined;
}

async function readSidecar(reference: string, bucket: Bucket): Promise<unknown> {
  const sidecar = await bucket.get(sidecarKey(reference));
  return sidecar === undefined ? undefined : parseJson(sidecar.body.toString('utf8'));
}

function areFacts(value: unknown): value is StoredFacts {
  if (!isJsonObject(value)) return false;
  const { status, headers, renderedAt, expiration, tags, ledgerSequence, bodyHash } = value;
  const areNumbers = [status, renderedAt, ledgerSequence].every(Number.isFinite);
  const isText = [bodyHash].every((text) => typeof text === 'string');
  return (
    areNumbers &&
    isText &&
    isJsonObject(headers) &&
    redirectFault(Number(status), String(headers.location ?? '')) === undefined &&
    Array.isArray(tags) &&
    ['number', 'boolean'].includes(typeof expiration)
  );
}

/** What the headers of its object tell of a page made at build time. */
export function factsOfPrerendered(headers: Readonly<Record<string, string>>): PageFacts {
  return {
    status: 200,
    headers: { 'content-type': headers['content-type'] ?? 'application/octet-stream' },
    renderedAt: Date.parse(headers['last-modified'] ?? '') || 0,
    expiration: false,
    tags: [],
    ledgerSequence: 0,
    bodyHash: '',
  };
}

/**
 * The bucket's lifecycle may be quicker with facts than with their page, and somebody may have written others. Then the
 * page is rendered before it is served.
 */
function lostFacts(headers: Readonly<Record<string, string>>): PageFacts {
  return { ...factsOfPrerendered(headers), renderedAt: 0, expiration: 1, staleWhileRevalidate: 0 };
}

const sidecarKey = (reference: string): string => `_isr/facts/${reference}.json`;

/** JSON without blanks and in ASCII: header values are trimmed, and must be Latin-1. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x21-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
