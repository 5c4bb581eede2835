import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { CREDENTIALS } from '../credentials.ts';

/** One object store to be tested: an endpoint that speaks S3, with an empty bucket. */
export interface ObjectStoreSubject {
  readonly endpoint: string;
  readonly bucket: string;
  /** The store's time, in epoch milliseconds. */
  now(): number;
  /** Moves it. */
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

export type ObjectStoreFactory = () => Promise<ObjectStoreSubject>;

/** What the suites do with a store, in one line each. */
export class Objects {
  readonly client: S3Client;
  readonly bucket: string;
  readonly endpoint: string;
  readonly now: () => number;
  readonly advance: (milliseconds: number) => void;

  constructor(subject: ObjectStoreSubject) {
    this.endpoint = subject.endpoint;
    this.bucket = subject.bucket;
    this.now = () => subject.now();
    this.advance = (milliseconds) => subject.advance(milliseconds);
    this.client = new S3Client({
      endpoint: subject.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
  }

  put(Key: string, Body: PutObjectCommandInput['Body'], more: Partial<PutObjectCommandInput> = {}) {
    return this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key, Body, ...more }));
  }

  get(Key: string, more: Partial<GetObjectCommandInput> = {}): Promise<GetObjectCommandOutput> {
    return this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key, ...more }));
  }

  head(Key: string) {
    return this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key }));
  }

  list(more: Partial<ListObjectsV2CommandInput> = {}) {
    return this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, ...more }));
  }

  async text(Key: string): Promise<string | undefined> {
    return (await this.get(Key)).Body?.transformToString();
  }

  /** Without the SDK, as CloudFront asks. */
  fetch(key: string, init: RequestInit = {}): Promise<Response> {
    const path = key.split('/').map(encodeURIComponent).join('/');
    return fetch(`${this.endpoint}/${this.bucket}/${path}`, init);
  }
}

/** `412 PreconditionFailed`, or `done` when the call did not fail. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const { name, $metadata } = error as S3ServiceException;
    return `${$metadata?.httpStatusCode} ${name}`;
  }
}
