import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  integer,
  isTrue,
  objectId,
  octets,
  sequence,
  setOf,
  tagged,
  taggedString,
  text,
  utcTime,
} from './der.ts';

/** Texts in PEM. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

const DAY_MS = 86_400_000;
/** What browsers take at most, also from a certificate that a user trusts: https://support.apple.com/en-us/103769 */
const VALID_DAYS = 820;
/** Soon enough that it does not end while a stack runs. */
const RENEW_DAYS = 30;

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const SERVER_AUTHENTICATION = objectId('1.3.6.1.5.5.7.3.1');

/**
 * A certificate signed with its own key, for a server of these names and addresses. It is no authority: who trusts it
 * trusts these names alone.
 */
export function createCertificate(holderName: string, names: readonly string[], now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const holder = sequence(setOf(sequence(objectId('2.5.4.3'), text(holderName))));
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    holder,
    sequence(utcTime(now - DAY_MS), utcTime(now + VALID_DAYS * DAY_MS)),
    holder,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, extensions(names)),
  );
  const signed = sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign('sha256', toBeSigned, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: new X509Certificate(signed).toString(),
  };
}

/** Whether it is for all these names, and not about to end. */
export function isGoodFor({ certificate }: Certificate, names: readonly string[], now: number): boolean {
  const read = new X509Certificate(certificate);
  if (Date.parse(read.validTo) < now + RENEW_DAYS * DAY_MS) return false;
  return names.every((name) => (isIP(name) === 0 ? read.checkHost(name) : read.checkIP(name)) !== undefined);
}

// RFC 5280, section 4.2.1
function extensions(names: readonly string[]): Buffer {
  return sequence(
    sequence(objectId('2.5.29.17'), octets(sequence(...names.map(generalName)))),
    sequence(objectId('2.5.29.19'), isTrue(), octets(sequence())),
    sequence(objectId('2.5.29.37'), octets(sequence(SERVER_AUTHENTICATION))),
  );
}

function generalName(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return taggedString(7, Buffer.from(name.split('.').map(Number)));
    case 6:
      return taggedString(7, ipv6Bytes(name));
    default:
      return taggedString(2, Buffer.from(name, 'latin1'));
  }
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.concat([...before, ...zeros, ...after].map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}
