import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { percentEncode } from '../../basics/percent-encoding.ts';
import { ApiError } from './api-error.ts';
import type { ApiRequest } from './api-service.ts';
import { decodeUri } from './decode-uri.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

type SignatureFault = 'InvalidAccessKeyId' | 'SignatureDoesNotMatch' | 'AuthorizationHeaderMalformed';

/** Rejects with ApiError when the request is signed in another way than AWS would accept. */
export async function checkSignature(request: ApiRequest, credentials: Credentials): Promise<void> {
  const fault = await signatureFaultOf(request, credentials);
  if (fault === undefined) return;
  const { method, url } = request;
  throw new ApiError(fault, `the signature of ${method} ${url} is not the one that AWS would compute`, 403);
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/;

/**
 * Checks Signature Version 4 as AWS does, which encodes path and query anew before it compares: a client that signs
 * another encoding of a key than the canonical one works against a server that does not look, and fails on AWS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
async function signatureFaultOf(request: ApiRequest, credentials: Credentials): Promise<SignatureFault | undefined> {
  const authorization = AUTHORIZATION.exec(String(request.headers.authorization));
  if (authorization === null) return 'AuthorizationHeaderMalformed';
  const [, accessKeyId, day = '', region = '', service = '', signedHeaders = '', signature = ''] = authorization;
  if (accessKeyId !== credentials.accessKeyId) return 'InvalidAccessKeyId';
  const scope = [day, region, service, 'aws4_request'];
  const bodyHash = String(request.headers['x-amz-content-sha256'] ?? sha256(await request.body()));
  const canonical = canonicalRequestOf(request, signedHeaders, bodyHash);
  const date = String(request.headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  const expected = hmac(key, toSign);
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

function canonicalRequestOf({ method, url, headers }: ApiRequest, signedHeaders: string, bodyHash: string): string {
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const names = signedHeaders.split(';');
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  return [method, canonicalPath(path), canonicalQuery(query), lines.join(''), signedHeaders, bodyHash].join('\n');
}

/** Both services here sign a path that is encoded once: S3 by rule, SQS because its path is `/`. */
function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => percentEncode(decodeUri(segment)))
    .join('/');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => pair.split(/=(.*)/s).slice(0, 2))
    .map(([name = '', value = '']) => `${percentEncode(decodeUri(name))}=${percentEncode(decodeUri(value))}`)
    .sort()
    .join('&');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: string | Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
