import { compareBytes } from './byte-order.ts';
import { S3Error, type StoredObject } from './fauxqs.ts';
import type { LocalObjectStore } from './object-store.ts';
import { element, xmlDocument } from './xml.ts';

/** One line of a listing: an object's key, or what several keys have in common up to the delimiter. */
interface Entry {
  readonly kind: 'key' | 'prefix';
  readonly name: string;
}

interface Selection {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  /** The listing starts behind this entry: a prefix is left behind with all that it covers. */
  readonly after: Entry | undefined;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly isTruncated: boolean;
}

export function selectPage(sortedKeys: readonly string[], selection: Selection): Page {
  const { prefix, delimiter, limit, after } = selection;
  const entries: Entry[] = [];
  if (limit === 0) return { entries, isTruncated: false };
  for (let index = firstCandidate(sortedKeys, selection); index < sortedKeys.length; index++) {
    const key = sortedKeys[index] ?? '';
    if (!key.startsWith(prefix)) break;
    const entry = entryOf(key, prefix, delimiter);
    if (isBehind(key, after) || entries.at(-1)?.name === entry.name) continue;
    if (entries.length === limit) return { entries, isTruncated: true };
    entries.push(entry);
  }
  return { entries, isTruncated: false };
}

function entryOf(key: string, prefix: string, delimiter: string): Entry {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? { kind: 'key', name: key } : { kind: 'prefix', name: key.slice(0, end + delimiter.length) };
}

function isBehind(key: string, after: Entry | undefined): boolean {
  if (after === undefined) return false;
  return compareBytes(key, after.name) <= 0 || (after.kind === 'prefix' && key.startsWith(after.name));
}

function firstCandidate(sortedKeys: readonly string[], { prefix, after }: Selection): number {
  const start = after !== undefined && compareBytes(after.name, prefix) > 0 ? after.name : prefix;
  let low = 0;
  let high = sortedKeys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(sortedKeys[middle] ?? '', start) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Query = Readonly<Record<string, string | undefined>>;

/** The answer to ListObjectsV2. */
export function listObjects(store: LocalObjectStore, bucket: string, query: Query): string {
  if (query['list-type'] !== '2')
    throw new S3Error('InvalidArgument', `list-type '${query['list-type']}' is not 2`, 400);
  const selection = selectionOf(query);
  const page = selectPage(store.sortedKeys(bucket), selection);
  const last = page.entries.at(-1);
  const written = query['encoding-type'] === 'url' ? urlEncode : (text: string) => text;
  return xmlDocument(
    'ListBucketResult',
    [
      element('Name', bucket),
      element('Prefix', written(selection.prefix)),
      element('KeyCount', page.entries.length),
      element('MaxKeys', selection.limit),
      element('IsTruncated', page.isTruncated),
      selection.delimiter && element('Delimiter', written(selection.delimiter)),
      query['encoding-type'] && element('EncodingType', query['encoding-type']),
      query['start-after'] && element('StartAfter', written(query['start-after'])),
      query['continuation-token'] && element('ContinuationToken', query['continuation-token']),
      page.isTruncated && last && element('NextContinuationToken', tokenOf(last)),
      ...page.entries.map((entry) => lineOf(entry, store.find(bucket, entry.name), written)),
    ]
      .filter(Boolean)
      .join(''),
  );
}

function selectionOf(query: Query): Selection {
  const limit = Number(query['max-keys'] ?? 1000);
  if (!Number.isInteger(limit) || limit < 0) {
    throw new S3Error('InvalidArgument', `max-keys must be an integer between 0 and 2147483647, got '${limit}'`, 400);
  }
  const startAfter = query['start-after'];
  const token = query['continuation-token'];
  return {
    prefix: query.prefix ?? '',
    delimiter: query.delimiter ?? '',
    limit: Math.min(limit, 1000),
    after: token ? entryOfToken(token) : startAfter ? { kind: 'key', name: startAfter } : undefined,
  };
}

function lineOf(entry: Entry, object: StoredObject | undefined, written: (text: string) => string): string {
  if (object === undefined || entry.kind === 'prefix') {
    return `<CommonPrefixes>${element('Prefix', written(entry.name))}</CommonPrefixes>`;
  }
  const fields = [
    element('Key', written(object.key)),
    element('LastModified', object.lastModified.toISOString()),
    element('ETag', object.etag),
    element('Size', object.contentLength),
    element('StorageClass', 'STANDARD'),
  ];
  return `<Contents>${fields.join('')}</Contents>`;
}

function tokenOf(entry: Entry): string {
  return Buffer.from(`${entry.kind}:${entry.name}`).toString('base64');
}

function entryOfToken(token: string): Entry {
  const [, kind, name] = /^(key|prefix):(.*)$/s.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (kind === undefined || name === undefined) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', 400);
  }
  return { kind: kind === 'key' ? 'key' : 'prefix', name };
}

/** As S3 writes names under `encoding-type=url`: a space is `+`, a slash stays. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
