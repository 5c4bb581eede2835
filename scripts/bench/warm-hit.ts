import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { createAwsClient } from '../../lib/aws/client.ts';
import { openS3Bucket } from '../../lib/aws/s3-bucket.ts';
import type { LocalStack } from '../../lib/local/stack/index.ts';
import { quantile } from './cold-import.ts';

export interface WarmHit {
  readonly p50: number;
  readonly p99: number;
  /** One GetObject by the same client, for comparison. */
  readonly getObjectP50: number;
}

const WARM_UP = 200;
const RUNS = 1000;

type Handler = (event: object, stream: PassThrough) => Promise<void>;

/** Runs the handler of the bundle in this process, against the stack's S3: milliseconds of a hit. */
export async function measureWarmHit(stack: LocalStack, uri: string): Promise<WarmHit> {
  const serve = stack.function('serve');
  Object.assign(process.env, serve.environment, stack.endpoints);
  const global = globalThis as { awslambda?: object };
  global.awslambda = {
    streamifyResponse: (handler: Handler) => handler,
    HttpResponseStream: { from: (stream: PassThrough) => stream },
  };
  const { handler } = (await import(pathToFileURL(join(serve.codeDirectory, 'index.mjs')).href)) as {
    handler: Handler;
  };
  const event = {
    rawPath: uri,
    rawQueryString: '',
    headers: {},
    requestContext: { domainName: 'localhost', http: { method: 'GET' } },
  };
  const objects = openS3Bucket(
    stack.bucketName,
    createAwsClient({ region: 'us-east-1', endpoints: { s3: stack.endpoints.AWS_ENDPOINT_URL_S3 ?? '' } }),
  );
  const key = uri.slice(1);
  // Alternating, so that both see the same neighbours on a shared machine.
  const hits: number[] = [];
  const gets: number[] = [];
  for (let i = 0; i < WARM_UP + RUNS; i++) {
    hits.push(await time(() => handler(event, new PassThrough().resume())));
    gets.push(await time(() => objects.get(key)));
  }
  const warm = hits.slice(WARM_UP);
  return { p50: quantile(warm, 0.5), p99: quantile(warm, 0.99), getObjectP50: quantile(gets.slice(WARM_UP), 0.5) };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
