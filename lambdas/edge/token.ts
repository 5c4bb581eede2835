/** The runtime's own module; the build puts `const crypto=require("crypto")` in front. */
declare const crypto: {
  createHash(algorithm: 'sha256'): { update(text: string): { digest(encoding: 'hex'): string } };
};

/** Whether the SHA-256 of `token` is one of `tokenHashes` (hex). No early exit, so it takes the same time for any token. */
export function isKnownToken(token: string, tokenHashes: readonly string[]): boolean {
  const digest = sha256(token);
  let matches = 0;
  for (let i = 0; i < tokenHashes.length; i++) matches |= equals(digest, tokenHashes[i] as string);
  return matches === 1;
}

/** Whether both are the same. It takes the same time for any `given`. */
export function isSecret(given: string, secret: string): boolean {
  return equals(sha256(given), sha256(secret)) === 1;
}

/** In hex. */
export function sha256(text: string): string {
  return crypto.createHash('sha256').update(text).digest('hex');
}

function equals(digest: string, hash: string): 0 | 1 {
  let difference = digest.length ^ hash.length;
  for (let i = 0; i < digest.length; i++) difference |= digest.charCodeAt(i) ^ hash.charCodeAt(i);
  return difference === 0 ? 1 : 0;
}
