import { percentDecode } from '../../basics/percent-encoding.ts';
import { ApiError } from './api-error.ts';

/** Decodes a part of a URL. Throws ApiError for what is not percent-encoding. */
export function decodeUri(text: string): string {
  // Most keys are plain, and many are asked for.
  if (!text.includes('%')) return text;
  const decoded = percentDecode(text);
  if (decoded === undefined) throw new ApiError('InvalidURI', "Couldn't parse the specified URI.");
  return decoded;
}
