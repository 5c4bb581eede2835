import { invalidArgument } from '../errors.ts';
import { compareBytes, firstNotBelow } from '../store/byte-order.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { element, timeElement, xmlResponse } from '../xml.ts';
import { type Action, bucketOf } from './action.ts';

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

function selectPage(sortedKeys: readonly string[], selection: Selection): Page {
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
  return firstNotBelow(sortedKeys, after !== undefined && compareBytes(after.name, prefix) > 0 ? after.name : prefix);
}

type Query = ReadonlyMap<string, string>;

/** ListObjectsV2. */
export const listObjects: Action = (context) => {
  const { query } = context.target;
  const bucket = bucketOf(context);
  const selection = selectionOf(query);
  const page = selectPage(bucket.sortedKeys(), selection);
  const written = query.get('encoding-type') === 'url' ? urlEncode : (text: string) => text;
  const lines = page.entries.map((entry) => lineOf(entry, bucket.get(entry.name), written));
  const head = [element('Name', bucket.name), ...describe(selection, page, written), ...repeat(query, written)];
  return xmlResponse('ListBucketResult', [...head, ...lines].join(''));
};

type Write = (text: string) => string;

function describe({ prefix, delimiter, limit }: Selection, { entries, isTruncated }: Page, written: Write): string[] {
  const last = entries.at(-1);
  return [
    element('Prefix', written(prefix)),
    element('KeyCount', entries.length),
    element('MaxKeys', limit),
    element('IsTruncated', isTruncated),
    ...(delimiter === '' ? [] : [element('Delimiter', written(delimiter))]),
    ...(isTruncated && last !== undefined ? [element('NextContinuationToken', tokenOf(last))] : []),
  ];
}

/** What a listing says again of its request. */
function repeat(query: Query, written: Write): string[] {
  const encoding = query.get('encoding-type');
  const startAfter = query.get('start-after');
  const token = query.get('continuation-token');
  return [
    ...(encoding === undefined ? [] : [element('EncodingType', encoding)]),
    ...(startAfter === undefined ? [] : [element('StartAfter', written(startAfter))]),
    ...(token === undefined ? [] : [element('ContinuationToken', token)]),
  ];
}

function selectionOf(query: Query): Selection {
  if (query.get('list-type') !== '2') throw invalidArgument(`list-type '${query.get('list-type')}' is not 2`);
  const limit = Number(query.get('max-keys') ?? 1000);
  if (!Number.isInteger(limit) || limit < 0) {
    throw invalidArgument(`max-keys must be an integer between 0 and 2147483647, got '${limit}'`);
  }
  const startAfter = query.get('start-after');
  const token = query.get('continuation-token');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    limit: Math.min(limit, 1000),
    after: token ? entryOfToken(token) : startAfter ? { kind: 'key', name: startAfter } : undefined,
  };
}

function lineOf(entry: Entry, object: StoredObject | undefined, written: Write): string {
  if (object === undefined || entry.kind === 'prefix') {
    return `<CommonPrefixes>${element('Prefix', written(entry.name))}</CommonPrefixes>`;
  }
  const fields = [
    element('Key', written(object.key)),
    timeElement('LastModified', object.lastModified),
    element('ETag', object.etag),
    element('Size', object.size),
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
    throw invalidArgument('The continuation token provided is incorrect');
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
