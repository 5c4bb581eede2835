import { hash, randomUUID } from 'node:crypto';
import { ApiError } from '../../aws-api/api-error.ts';
import { noSuchUpload } from '../errors.ts';
import type { ObjectMetadata } from './stored-object.ts';

export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly metadata: ObjectMetadata;
  readonly tagging: string | undefined;
  readonly parts: Map<number, UploadedPart>;
}

export interface UploadedPart {
  readonly bytes: Buffer;
  readonly md5: Buffer;
}

/** A part as CompleteMultipartUpload names it. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

export interface JoinedParts {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly partSizes: readonly number[];
}

/** All but the last part have to have this size: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Uploads in parts that have begun, in memory: a restart forgets them. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  begin(upload: Omit<Upload, 'parts'>): string {
    const id = randomUUID();
    this.#uploads.set(id, { ...upload, parts: new Map() });
    return id;
  }

  /** Throws ApiError when there is none of this object. */
  find(id: string | undefined, bucket: string, key: string): Upload {
    const upload = this.#uploads.get(id ?? '');
    if (upload === undefined || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload();
    return upload;
  }

  end(id: string | undefined): void {
    this.#uploads.delete(id ?? '');
  }
}

/** Throws ApiError when a part is not the one that was uploaded, is out of order, or too small. */
export function joinParts(upload: Upload, named: readonly NamedPart[]): JoinedParts {
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) {
    const rule =
      'The list of parts was not in ascending order. The parts list must be specified in order by part number.';
    throw new ApiError('InvalidPartOrder', rule);
  }
  const parts = named.map((part) => partOf(upload, part));
  if (parts.slice(0, -1).some(({ bytes }) => bytes.length < MIN_PART_BYTES)) {
    throw new ApiError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  // The digest of the digests, and how many there are: it is no MD5 of the object.
  const digests = Buffer.concat(parts.map(({ md5 }) => md5));
  return {
    bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
    etag: `"${hash('md5', digests)}-${parts.length}"`,
    partSizes: parts.map(({ bytes }) => bytes.length),
  };
}

function partOf({ parts }: Upload, { number, etag }: NamedPart): UploadedPart {
  const part = parts.get(number);
  if (part !== undefined && etag.replaceAll('"', '') === part.md5.toString('hex')) return part;
  const message =
    'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match.';
  throw new ApiError('InvalidPart', `${message} It is part ${number}.`);
}
