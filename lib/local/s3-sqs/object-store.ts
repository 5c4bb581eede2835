import { compareBytes } from './byte-order.ts';
import { S3Error, S3Store, type StoredObject } from './fauxqs.ts';

/** fauxqs's objects, with the order of their keys kept between listings. */
export class LocalObjectStore extends S3Store {
  readonly #sortedKeys = new Map<string, readonly string[]>();

  find(bucket: string, key: string): StoredObject | undefined {
    return this.#objectsOf(bucket).get(key);
  }

  sortedKeys(bucket: string): readonly string[] {
    const known = this.#sortedKeys.get(bucket);
    if (known !== undefined) return known;
    const keys = [...this.#objectsOf(bucket).keys()].sort(compareBytes);
    this.#sortedKeys.set(bucket, keys);
    return keys;
  }

  override putObject(bucket: string, key: string, ...rest: unknown[]): StoredObject {
    if (!this.#objectsOf(bucket).has(key)) this.#sortedKeys.delete(bucket);
    return super.putObject(bucket, key, ...rest);
  }

  override deleteObject(bucket: string, key: string): void {
    if (this.#objectsOf(bucket).has(key)) this.#sortedKeys.delete(bucket);
    super.deleteObject(bucket, key);
  }

  override completeMultipartUpload(uploadId: string, parts: readonly unknown[]): StoredObject {
    // The bucket is known to fauxqs's upload alone.
    this.#sortedKeys.clear();
    return super.completeMultipartUpload(uploadId, parts);
  }

  #objectsOf(bucket: string): ReadonlyMap<string, StoredObject> {
    const objects = this.buckets.get(bucket);
    if (objects === undefined) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404);
    return objects;
  }
}
