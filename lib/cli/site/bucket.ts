import type { S3Client } from '@aws-sdk/client-s3';
import type { Bucket, StoredObject } from '../../core/bucket/bucket.ts';
import { UsageError } from '../terminal/command.ts';
import { awsFailure } from './aws-failure.ts';
import { type Place, requireFrom } from './place.ts';

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
}

/** A bucket that is read with the user's own credentials: profiles and SSO included, as the AWS CLI has them. */
export interface SiteBucket {
  readonly deploymentId: string;
  /** For the stores of lib/aws; it refuses to write. */
  readonly objects: Bucket;
  /** Headers and size, without the body. */
  head(key: string): Promise<StoredObject | undefined>;
  /** A thousand at a time, in the order of their keys. */
  list(prefix: string): AsyncIterable<readonly ListedObject[]>;
  close(): void;
}

export async function openBucket(place: Place): Promise<SiteBucket> {
  const bucket = requireFrom(place, 'bucket');
  // It takes a third of a second, which help and misuse should not cost.
  const sdk = await import('@aws-sdk/client-s3');
  const client = createClient(sdk.S3Client, place);
  const calls = callsOf(sdk, client, bucket);
  const deploymentId = place.deploymentId ?? (await onlyDeployment(sdk, client, bucket));
  return { ...calls, deploymentId, close: () => client.destroy() };
}

type Sdk = typeof import('@aws-sdk/client-s3');

function createClient(Client: typeof S3Client, { session, region }: Place): S3Client {
  if (session === undefined) return new Client(region === undefined ? {} : { region });
  return new Client({
    endpoint: session.endpoints.AWS_ENDPOINT_URL_S3 ?? '',
    region: 'us-east-1',
    // The local S3 takes any.
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
}

function callsOf(sdk: Sdk, client: S3Client, bucket: string): Pick<SiteBucket, 'objects' | 'head' | 'list'> {
  const fail = (key: string, error: unknown) => awsFailure(`cannot read '${key}' of bucket '${bucket}'`, error);
  const getUnless: Bucket['getUnless'] = async (Key, etag) => {
    const condition = etag === undefined ? {} : { IfNoneMatch: etag };
    try {
      const { Body, ...rest } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key, ...condition }));
      return storedObject(rest, Buffer.from((await Body?.transformToByteArray()) ?? []));
    } catch (error) {
      if (statusOf(error) === 304) return 'unchanged';
      if (statusOf(error) === 404) return undefined;
      throw fail(Key, error);
    }
  };
  return {
    objects: {
      getUnless,
      get: async (key) => (await getUnless(key, undefined)) as StoredObject | undefined,
      put: refuse,
      remove: refuse,
    },
    async head(Key) {
      try {
        return storedObject(await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key })), Buffer.alloc(0));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw fail(Key, error);
      }
    },
    async *list(Prefix) {
      try {
        for await (const { Contents = [] } of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
          yield Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, bytes: Size }));
        }
      } catch (error) {
        throw fail(Prefix, error);
      }
    },
  };
}

/** Of a stack that does not tell which one is served. */
async function onlyDeployment(sdk: Sdk, client: S3Client, bucket: string): Promise<string> {
  const request = new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: 'deployments/', Delimiter: '/' });
  const { CommonPrefixes = [] } = await client.send(request).catch((error: unknown) => {
    throw awsFailure(`cannot list bucket '${bucket}'`, error);
  });
  const ids = CommonPrefixes.map(({ Prefix = '' }) => Prefix.split('/')[1] ?? '');
  const [id, ...others] = ids;
  if (id !== undefined && others.length === 0) return id;
  if (id === undefined) throw new UsageError(`bucket '${bucket}' holds no deployment; is it the one of the site?`);
  throw new UsageError(
    `bucket '${bucket}' holds ${ids.length} deployments; choose with --deployment: ${ids.join(', ')}`,
  );
}

interface Facts {
  readonly ETag?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** With the headers as they come over the wire. */
function storedObject(facts: Facts, body: Buffer): StoredObject {
  const metadata = Object.entries(facts.Metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    body,
    etag: facts.ETag ?? '',
    headers: {
      'content-type': facts.ContentType ?? '',
      'content-length': String(facts.ContentLength ?? 0),
      'last-modified': facts.LastModified?.toUTCString() ?? '',
      ...Object.fromEntries(metadata),
    },
  };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

async function refuse(): Promise<never> {
  throw new Error('the command line only reads the bucket');
}
