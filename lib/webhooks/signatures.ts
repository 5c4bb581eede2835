import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { VendorOptions, Verdict, WebhookRequest } from './vendor.ts';

export const GENUINE: Verdict = { isGenuine: true };
const DEFAULT_TOLERANCE_SECONDS = 300;

export function refused(why: string): Verdict {
  return { isGenuine: false, why };
}

/** The time that this takes says nothing about the texts, not even their lengths. */
export function areEqual(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

export function hmac(
  algorithm: 'sha1' | 'sha256',
  secret: string,
  encoding: 'hex' | 'base64' | 'base64url',
  ...content: readonly (string | Buffer)[]
): string {
  const mac = createHmac(algorithm, secret);
  for (const part of content) mac.update(part);
  return mac.digest(encoding);
}

export function verdictOn(given: string, expected: string): Verdict {
  return areEqual(given, expected) ? GENUINE : refused('the signature does not match');
}

/** Refuses a time that is too far in the past or in the future. Clocks differ a little. */
export function verdictOnTime(time: number, now: number, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS): Verdict {
  const seconds = Math.abs(now - time) / 1000;
  if (seconds <= toleranceSeconds) return GENUINE;
  return refused(
    `it was signed at ${Number.isFinite(time) ? time : 'no time'}, more than ${toleranceSeconds} s from now`,
  );
}

/** For a secret that is sent in clear, by default as `Authorization: Bearer <secret>`. */
export function verdictOnToken(request: WebhookRequest, secret: string, options: VendorOptions): Verdict {
  const { header = 'Authorization', prefix = header === 'Authorization' ? 'Bearer ' : '' } = options;
  const value = request.headers[header.toLowerCase()];
  if (value === undefined) return refused(`the header ${header} is missing`);
  return areEqual(value, `${prefix}${secret}`) ? GENUINE : refused('the token does not match');
}

/** `a=1, b=2` as `{ a: '1', b: '2' }`. */
export function pairsOf(header: string): Readonly<Record<string, string | undefined>> {
  const pairs = header.split(',').map((pair) => {
    const [name = '', value = ''] = pair.trim().split(/=(.*)/s, 2);
    return [name, value];
  });
  return Object.fromEntries(pairs);
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
