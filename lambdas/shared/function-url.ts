import type { LambdaFunctionURLEvent } from 'aws-lambda';

export type ResponseStream = NodeJS.WritableStream;

export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

export type StreamedHandler = (event: LambdaFunctionURLEvent, stream: ResponseStream) => Promise<void>;

/** Lambda's Node runtime gives these as a global: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
declare const awslambda: {
  streamifyResponse(handler: StreamedHandler): unknown;
  HttpResponseStream: { from(stream: ResponseStream, head: ResponseHead): ResponseStream };
};

/**
 * What Lambda sets itself. A value of ours would reach viewers as `x-amzn-remapped-<name>`:
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
const SET_BY_LAMBDA = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
  'upgrade',
]);

/** Tells the viewer-response function that the type is Lambda's, not the site's. */
const UNTYPED_HEADER = 'x-isr-untyped';

export function streamed(handler: StreamedHandler): unknown {
  return awslambda.streamifyResponse(handler);
}

/** Sends a whole response. */
export function send(stream: ResponseStream, head: ResponseHead, body: Uint8Array | string): void {
  // Lambda sends the head with the first write, even if that is empty.
  const out = awslambda.HttpResponseStream.from(stream, complete(head));
  out.write(body.length === 0 ? '' : body);
  out.end();
}

/** Sends chunks as they come. When the body breaks off, so does the response: it must not look complete. */
export async function sendStream(
  stream: ResponseStream,
  head: ResponseHead,
  body: AsyncIterable<Uint8Array> | null,
): Promise<void> {
  const out = awslambda.HttpResponseStream.from(stream, complete(head));
  out.write('');
  for await (const chunk of body ?? []) {
    if (!out.write(chunk)) await new Promise((resolve) => out.once('drain', resolve));
  }
  out.end();
}

/**
 * Of a streamed response without a type, Lambda says application/octet-stream, and browsers download it. The viewer-response
 * function takes that away, but CloudFront runs none for errors.
 */
function complete(head: ResponseHead): ResponseHead {
  const headers = Object.fromEntries(Object.entries(head.headers).filter(([name]) => !SET_BY_LAMBDA.has(name)));
  if (headers['content-type'] !== undefined) return { ...head, headers };
  const type: Record<string, string> =
    head.statusCode < 400 ? { [UNTYPED_HEADER]: '1' } : { 'content-type': 'text/plain; charset=utf-8' };
  return { ...head, headers: { ...headers, ...type } };
}

/** The body as sent. */
export function bodyOf(event: LambdaFunctionURLEvent): Buffer {
  return Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
}
