import { createHash } from 'node:crypto';
import type { AwsCall, AwsResponse } from '../../../lib/aws/client.ts';

export interface BucketObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type BucketChange =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly object: BucketObject;
      readonly before: BucketObject | undefined;
    }
  | { readonly kind: 'remove'; readonly key: string; readonly before: BucketObject };

const NOTHING = Buffer.alloc(0);

/** S3: strongly consistent, with conditional reads and writes; equal bytes have equal entity tags. */
export class Bucket {
  readonly objects = new Map<string, BucketObject>();
  readonly #onChange: (change: BucketChange) => void;

  constructor(onChange: (change: BucketChange) => void) {
    this.#onChange = onChange;
  }

  call({ method, path, headers = {}, body = NOTHING }: AwsCall): AwsResponse {
    const key = decodeURIComponent(path.slice(1));
    const object = this.objects.get(key);
    switch (method) {
      case 'GET':
        return this.get(key, headers['if-none-match']);
      case 'PUT':
        return this.#put(key, headers, typeof body === 'string' ? Buffer.from(body) : Buffer.from(body), object);
      default:
        return this.#remove(key, headers['if-match'], object);
    }
  }

  get(key: string, ifNoneMatch: string | undefined): AwsResponse {
    const object = this.objects.get(key);
    if (object === undefined) return { status: 404, headers: {}, body: NOTHING };
    const headers = { ...object.headers, etag: object.etag };
    return ifNoneMatch === object.etag
      ? { status: 304, headers, body: NOTHING }
      : { status: 200, headers, body: object.body };
  }

  /** As if somebody else wrote it: no condition. */
  put(key: string, body: Buffer, headers: Readonly<Record<string, string>>): BucketObject {
    const object = { body, headers, etag: `"${createHash('md5').update(body).digest('hex')}"` };
    const before = this.objects.get(key);
    this.objects.set(key, object);
    this.#onChange({ kind: 'put', key, object, before });
    return object;
  }

  #put(
    key: string,
    { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, ...headers }: Readonly<Record<string, string>>,
    body: Buffer,
    before: BucketObject | undefined,
  ): AwsResponse {
    if (ifMatch !== undefined && before === undefined) return { status: 404, headers: {}, body: NOTHING };
    const holds = ifNoneMatch === '*' ? before === undefined : ifMatch === undefined || ifMatch === before?.etag;
    if (!holds) return { status: 412, headers: {}, body: NOTHING };
    return { status: 200, headers: { etag: this.put(key, body, headers).etag }, body: NOTHING };
  }

  #remove(key: string, ifMatch: string | undefined, before: BucketObject | undefined): AwsResponse {
    if (before === undefined) return { status: ifMatch === undefined ? 204 : 404, headers: {}, body: NOTHING };
    if (ifMatch !== undefined && ifMatch !== before.etag) return { status: 412, headers: {}, body: NOTHING };
    this.objects.delete(key);
    this.#onChange({ kind: 'remove', key, before });
    return { status: 204, headers: {}, body: NOTHING };
  }
}
