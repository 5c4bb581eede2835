import { hash, timingSafeEqual } from 'node:crypto';

/** Whether the SHA-256 of `token` is one of `tokenHashes` (hex). Takes the same time for any token. */
export function isValidToken(token: string | null | undefined, tokenHashes: readonly string[]): boolean {
  const given = hash('sha256', token ?? '', 'buffer');
  const matches = tokenHashes.map((each) => timingSafeEqual(given, Buffer.from(each, 'hex')));
  return matches.includes(true) && token !== undefined && token !== null;
}
