import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { InvocationResult } from './invocation-result.ts';
import { errorOfDocument, LambdaError } from './lambda-error.ts';

/** A streamed response on its way out of a sandbox. */
export interface ReceivedStream {
  /** Resolves at the first byte, or at the end of an empty response; rejects when the function fails before that. */
  readonly started: Promise<InvocationResult>;
  /** Resolves when the sandbox has sent everything, to the error that cut the response short. */
  readonly ended: Promise<LambdaError | undefined>;
  /** Breaks the response off. */
  abort(error: LambdaError): void;
}

export function receiveStream(request: IncomingMessage): ReceivedStream {
  const body = new PassThrough();
  // Whoever reads the body sees the error too; this keeps a body that nobody reads any more from ending the process.
  body.on('error', () => {});
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  const started = Promise.withResolvers<InvocationResult>();
  const ended = Promise.withResolvers<LambdaError | undefined>();
  const start = () => started.resolve({ kind: 'streamed', contentType, body, ended: ended.promise });
  const fail = (error: LambdaError) => {
    started.reject(error);
    body.destroy(error);
    ended.resolve(error);
  };
  request.once('data', start);
  request.pipe(body, { end: false });
  request.on('end', () => {
    const error = errorOfTrailers(request);
    if (error === undefined) {
      start();
      body.end();
      ended.resolve(undefined);
    } else fail(error);
  });
  // When the reader went away, the function still runs to its end, as on AWS.
  body.on('close', () => request.resume());
  return { started: started.promise, ended: ended.promise, abort: fail };
}

/** A function that fails after its response has begun can only say so in the trailers of the runtime API. */
function errorOfTrailers(request: IncomingMessage): LambdaError | undefined {
  const errorType = request.trailers['lambda-runtime-function-error-type'];
  if (errorType === undefined) return undefined;
  const document = Buffer.from(request.trailers['lambda-runtime-function-error-body'] ?? '', 'base64').toString();
  return document === '' ? new LambdaError('function', errorType, errorType) : errorOfDocument(document);
}
