import type { IncomingHttpHeaders } from 'node:http';

/** The access key with which a request is signed; nothing when it is not signed. */
export function accessKeyIdOf({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /Credential=([^/,]+)/.exec(authorization)?.[1];
}
