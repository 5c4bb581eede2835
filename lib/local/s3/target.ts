import { decodeUri } from '../aws-api/decode-uri.ts';

/** What a request is about. */
export interface Target {
  /** `''` for the service itself. */
  readonly bucket: string;
  /** Decoded; `''` for the bucket itself. */
  readonly key: string;
  /** Decoded. */
  readonly query: ReadonlyMap<string, string>;
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();

/** Reads the bucket from the path, as S3 does for a host that is no name of a bucket. Throws ApiError for what is no URL. */
export function targetOf(url: string): Target {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const slash = path.indexOf('/', 1);
  const end = slash < 0 ? path.length : slash;
  return {
    bucket: decodeUri(path.slice(1, end)),
    key: decodeUri(path.slice(end + 1)),
    query: question < 0 ? NO_QUERY : new Map(new URLSearchParams(url.slice(question + 1))),
  };
}
