import { createHash } from 'node:crypto';
import { mapConcurrently } from '../../basics/map-concurrently.ts';
import { XMLParser } from '../../vendor/xml.ts';

/** A file as it will stand in the bucket. */
export interface BucketFile {
  readonly key: string;
  readonly body: Uint8Array;
  /** `content-type`, `cache-control`, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SyncTarget {
  /** `http://127.0.0.1:4510/my-bucket`. */
  readonly bucketUrl: string;
  readonly prefix: string;
  /** Whether objects below the prefix that are no file of the source are deleted. */
  readonly prune: boolean;
}

const AT_ONCE = 16;

/** Makes the bucket hold the files, as `aws s3 sync` does: unchanged ones are not sent again. */
export async function syncFiles(files: readonly BucketFile[], target: SyncTarget): Promise<void> {
  await mapConcurrently(files, AT_ONCE, async (file) => {
    if (await isUnchanged(file, target)) return;
    const { key, body, headers } = file;
    await expectOk(await fetch(objectUrl(target, key), { method: 'PUT', body: Buffer.from(body), headers }), key);
  });
  if (!target.prune) return;
  const wanted = new Set(files.map(({ key }) => key));
  const surplus = (await keysBelow(target)).filter((key) => !wanted.has(key));
  await mapConcurrently(surplus, AT_ONCE, async (key) =>
    expectOk(await fetch(objectUrl(target, key), { method: 'DELETE' }), key),
  );
}

async function isUnchanged({ key, body, headers }: BucketFile, target: SyncTarget): Promise<boolean> {
  const response = await fetch(objectUrl(target, key), { method: 'HEAD' });
  if (!response.ok) return false;
  const md5 = createHash('md5').update(body).digest('hex');
  if (response.headers.get('etag') !== `"${md5}"`) return false;
  return Object.entries(headers).every(([name, value]) => response.headers.get(name) === value);
}

/** The keys of all objects below the prefix, however many. */
async function keysBelow({ bucketUrl, prefix }: Pick<SyncTarget, 'bucketUrl' | 'prefix'>): Promise<readonly string[]> {
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' });
  const keys: string[] = [];
  let token = '';
  do {
    const query = new URLSearchParams({ 'list-type': '2', prefix });
    if (token !== '') query.set('continuation-token', token);
    const response = await expectOk(await fetch(`${bucketUrl}?${query}`), prefix);
    const { ListBucketResult: page } = parser.parse(await response.text());
    for (const { Key } of page.Contents ?? []) keys.push(Key);
    token = page.NextContinuationToken ?? '';
  } while (token !== '');
  return keys;
}

function objectUrl({ bucketUrl }: SyncTarget, key: string): string {
  return `${bucketUrl}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

async function expectOk(response: Response, key: string): Promise<Response> {
  if (response.ok) return response;
  throw new Error(`the local S3 answered ${response.status} for '${key}': ${await response.text()}`);
}
