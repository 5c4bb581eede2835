import { percentEncode } from '../basics/percent-encoding.ts';
import type { StoredObject } from '../core/bucket/bucket.ts';
import { XMLParser } from '../vendor/xml.ts';
import { type AwsCall, type AwsClient, AwsRefusal, type AwsResponse } from './client.ts';

// What those need who look into a bucket from outside. The functions know the keys that they ask for.

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** Headers and size of an object, without its body. */
export async function headObject(aws: AwsClient, bucket: string, key: string): Promise<StoredObject | undefined> {
  const path = `/${key.split('/').map(percentEncode).join('/')}`;
  const call = { service: 's3', method: 'HEAD', bucket, path } as const;
  const response = await aws(call);
  if (response.status === 404) return undefined;
  const { headers } = accepted(call, response);
  return { headers, body: Buffer.alloc(0), etag: headers.etag ?? '' };
}

/** Objects below a prefix, a thousand at a time, in the order of their keys. */
export async function* listObjects(
  aws: AwsClient,
  bucket: string,
  prefix: string,
): AsyncGenerator<readonly ListedObject[]> {
  for await (const { Contents = [] } of listingPages(aws, bucket, { prefix })) {
    yield Contents.map(({ Key, Size, LastModified }) => ({
      key: Key,
      bytes: Number(Size),
      modifiedAt: Date.parse(LastModified),
    }));
  }
}

/** The first objects below a prefix: at least `most` if there are so many, and no thousand beyond. */
export async function firstObjects(
  aws: AwsClient,
  bucket: string,
  prefix: string,
  most: number,
): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const objects of listObjects(aws, bucket, prefix)) {
    found.push(...objects);
    if (found.length >= most) break;
  }
  return found;
}

/** Names of the folders right below a prefix that ends with a slash. */
export async function listFolders(aws: AwsClient, bucket: string, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { CommonPrefixes = [] } of listingPages(aws, bucket, { prefix, delimiter: '/' })) {
    names.push(...CommonPrefixes.map(({ Prefix }) => Prefix.slice(prefix.length, -1)));
  }
  return names;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
interface ListingPage {
  readonly Contents?: readonly { readonly Key: string; readonly Size: string; readonly LastModified: string }[];
  readonly CommonPrefixes?: readonly { readonly Prefix: string }[];
  readonly NextContinuationToken?: string;
}

async function* listingPages(
  aws: AwsClient,
  bucket: string,
  selection: Readonly<Record<string, string>>,
): AsyncGenerator<ListingPage> {
  // A key such as `007` is no number.
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => /^(Contents|CommonPrefixes)$/.test(name) });
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ 'list-type': '2', ...selection });
    if (token !== undefined) query.set('continuation-token', token);
    // The signature is of the query as it is sent, in which a blank is %20.
    const call = { service: 's3', method: 'GET', bucket, path: `/?${String(query).replaceAll('+', '%20')}` } as const;
    const response = accepted(call, await aws(call));
    const { ListBucketResult: page }: { ListBucketResult: ListingPage } = parser.parse(response.body);
    yield page;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function accepted(call: AwsCall, response: AwsResponse): AwsResponse {
  if (response.status === 200) return response;
  throw new AwsRefusal(call, response);
}
