import { ApiError } from '../../aws-api/api-error.ts';
import type { Clock } from '../../clock.ts';
import { noSuchBucket } from '../errors.ts';
import type { Bodies } from './bodies.ts';
import { Bucket } from './bucket.ts';
import type { ChangeLog, RestoredBucket } from './change-log.ts';
import { KeptObject } from './kept-object.ts';
import type { ObjectBody, ObjectFacts, StoredObject } from './stored-object.ts';

export interface ObjectStoreOptions {
  readonly clock: Clock;
  readonly bodies: Bodies;
  /** Where each change is noted before it is seen. @default nowhere: the store is forgotten with the process */
  readonly log?: ChangeLog | undefined;
}

/** What an object is written with; the store adds the rest. */
export type NewObject = Omit<ObjectFacts, 'size' | 'lastModified'>;

/** All buckets and objects. Nothing comes between a condition and the change that depends on it: both are in one turn. */
export class ObjectStore {
  readonly #options: ObjectStoreOptions;
  readonly #buckets = new Map<string, Bucket>();

  /** @param restored what an earlier run left */
  constructor(options: ObjectStoreOptions, restored: readonly RestoredBucket[] = []) {
    this.#options = options;
    for (const { name, createdAt, objects } of restored) {
      const bucket = new Bucket(name, createdAt);
      for (const object of objects) bucket.put(object);
      this.#buckets.set(name, bucket);
    }
  }

  get buckets(): Iterable<Bucket> {
    return this.#buckets.values();
  }

  /** Throws ApiError when there is none. */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket();
    return bucket;
  }

  /** Idempotent. Throws ApiError when it cannot be a bucket's name. */
  createBucket(name: string): void {
    if (this.#buckets.has(name)) return;
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ApiError('InvalidBucketName', `The specified bucket is not valid: '${name}'`);
    }
    const createdAt = this.#options.clock.now();
    this.#options.log?.append({ kind: 'create-bucket', bucket: name, createdAt });
    this.#buckets.set(name, new Bucket(name, createdAt));
  }

  deleteBucket(name: string): void {
    const bucket = this.bucket(name);
    if (bucket.size > 0) {
      throw new ApiError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    }
    this.#options.log?.append({ kind: 'delete-bucket', bucket: name });
    this.#buckets.delete(name);
  }

  /** @param check throws ApiError when the object may not be written now; asked again in the turn of the write */
  async write(bucket: Bucket, object: NewObject, bytes: Buffer, check: () => void): Promise<StoredObject> {
    check();
    const body = await this.#options.bodies.keep(bytes);
    try {
      check();
      return this.#put(bucket, { ...object, size: bytes.length, lastModified: this.#second() }, body);
    } catch (error) {
      body.discard();
      throw error;
    }
  }

  /** Deleting what is not there is no error. */
  delete(bucket: Bucket, key: string): void {
    const deleted = bucket.get(key);
    if (deleted !== undefined) this.#options.log?.append({ kind: 'delete', bucket: bucket.name, key });
    bucket.delete(key);
    deleted?.body.discard();
  }

  close(): void {
    this.#options.log?.close();
  }

  #put(bucket: Bucket, facts: ObjectFacts, body: ObjectBody): StoredObject {
    this.#options.log?.append({ kind: 'put', bucket: bucket.name, file: body.file, facts });
    const replaced = bucket.get(facts.key);
    const kept = new KeptObject(facts, body);
    bucket.put(kept);
    replaced?.body.discard();
    return kept;
  }

  #second(): number {
    return Math.floor(this.#options.clock.now() / 1000) * 1000;
  }
}
