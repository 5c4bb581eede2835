import { hash } from 'node:crypto';
import type { Bucket } from '../core/bucket/bucket.ts';
import { JSON_HEADERS } from '../core/bucket/json-objects.ts';
import type { PageFacts } from '../core/page/page.ts';

const HEADER = 'x-amz-meta-isr';
// S3 counts names and values of all user metadata: 2 KB
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html).
const MAX_METADATA_BYTES = 2048 - 'isr'.length;

/**
 * Facts are one entry of metadata of the page's object: JSON in visible ASCII. Facts that do not fit are an object of
 * their own, named by the hash of its content, and the entry refers to it.
 */
export async function factsHeaders(facts: PageFacts, bucket: Bucket): Promise<Record<string, string>> {
  const json = asciiJson(facts);
  if (json.length <= MAX_METADATA_BYTES) return { [HEADER]: json };
  const reference = hash('sha256', json);
  await bucket.put(sidecarKey(reference), json, { headers: JSON_HEADERS });
  return { [HEADER]: asciiJson({ reference }) };
}

/** `undefined` for an object without facts, which is a page made at build time. */
export async function readFacts(
  headers: Readonly<Record<string, string>>,
  bucket: Bucket,
): Promise<PageFacts | undefined> {
  const json = headers[HEADER];
  if (json === undefined) return undefined;
  const entry = JSON.parse(json) as PageFacts | { readonly reference: string };
  if (!('reference' in entry)) return entry;
  const sidecar = await bucket.get(sidecarKey(entry.reference));
  return sidecar === undefined ? lostFacts(headers) : (JSON.parse(sidecar.body.toString('utf8')) as PageFacts);
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

/** The bucket's lifecycle may delete the facts before their page. The page is then rendered before it is served. */
function lostFacts(headers: Readonly<Record<string, string>>): PageFacts {
  return { ...factsOfPrerendered(headers), renderedAt: 0, expiration: 1, staleWhileRevalidate: 0 };
}

const sidecarKey = (reference: string): string => `_isr/facts/${reference}.json`;

/** JSON without blanks and in ASCII: header values are trimmed, and must be Latin-1. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x21-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
