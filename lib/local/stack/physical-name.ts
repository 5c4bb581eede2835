import { createHash } from 'node:crypto';

/** A name that is the same in each run, with the end kept: CDK ends a logical id with the hash that makes it unique. */
export function physicalName(generatedName: string, maximumLength: number): string {
  return generatedName.slice(-maximumLength).replace(/^-+/, '');
}

/** An id in the shape of CloudFront's: `E2QWRUHAPOMQZL`. */
export function distributionId(generatedName: string): string {
  return `E${createHash('sha256').update(generatedName).digest('hex').toUpperCase().slice(0, 13)}`;
}

/** An id in the shape of a policy's: a UUID. */
export function policyId(generatedName: string): string {
  const hex = createHash('sha256').update(generatedName).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
