import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether the SHA-256 of `token` is one of `tokenHashes` (hex). Takes the same time for any token. */
export function isValidToken(token: string | null | undefined, tokenHashes: readonly string[]): boolean {
  const given = createHash('sha256')
    .update(token ?? '')
    .digest();
  const matches = tokenHashes.map((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex')));
  return matches.includes(true) && token !== undefined && token !== null;
}
