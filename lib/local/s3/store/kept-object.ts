import { headersOf } from '../metadata/object-headers.ts';
import type { Checksum, ObjectBody, ObjectFacts, ObjectMetadata, StoredObject } from './stored-object.ts';

/** An object of the store. */
export class KeptObject implements StoredObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly lastModified: number;
  readonly metadata: ObjectMetadata;
  readonly tagging: string | undefined;
  readonly checksum: Checksum | undefined;
  readonly partSizes: readonly number[] | undefined;
  readonly body: ObjectBody;
  #headers: readonly string[] | undefined;

  constructor(facts: ObjectFacts, body: ObjectBody) {
    this.key = facts.key;
    this.etag = facts.etag;
    this.size = facts.size;
    this.lastModified = facts.lastModified;
    this.metadata = facts.metadata;
    this.tagging = facts.tagging;
    this.checksum = facts.checksum;
    this.partSizes = facts.partSizes;
    this.body = body;
  }

  get headers(): readonly string[] {
    this.#headers ??= headersOf(this);
    return this.#headers;
  }
}
