/**
 * - `throttled`: the service refused, since no concurrency is left (HTTP 429).
 * - `refused`: the service refused the request itself (HTTP 413).
 * - `unavailable`: the service did not run the function (HTTP 5xx).
 * - `function`: the function ran and failed: it threw, timed out, crashed or answered too much.
 */
export type LambdaErrorKind = 'throttled' | 'refused' | 'unavailable' | 'function';

/** What an invocation rejects with. `errorType` is Lambda's own word: `Runtime.ExitError`, `Sandbox.Timedout`, `TypeError`. */
export class LambdaError extends Error {
  readonly kind: LambdaErrorKind;
  readonly errorType: string;
  /** Stack of the error inside the sandbox, as the runtime client reports it. */
  readonly trace: readonly string[];

  constructor(kind: LambdaErrorKind, errorType: string, message: string, trace: readonly string[] = []) {
    super(message);
    this.name = 'LambdaError';
    this.kind = kind;
    this.errorType = errorType;
    this.trace = trace;
  }
}

/** Reads the error document that the runtime client posts: `{ errorType, errorMessage, trace }`. */
export function errorOfDocument(document: string): LambdaError {
  const { errorType, errorMessage, trace } = parsedObject(document);
  return new LambdaError(
    'function',
    typeof errorType === 'string' ? errorType : 'Runtime.Unknown',
    typeof errorMessage === 'string' ? errorMessage : document,
    Array.isArray(trace) ? trace.map(String) : [],
  );
}

function parsedObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function throttled(functionName: string): LambdaError {
  return new LambdaError(
    'throttled',
    'TooManyRequestsException',
    `Rate Exceeded: no concurrency left for '${functionName}'`,
  );
}

export function timedOut(requestId: string, timeoutMs: number): LambdaError {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return new LambdaError(
    'function',
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  );
}

export function initTimedOut(timeoutMs: number): LambdaError {
  return new LambdaError(
    'function',
    'Sandbox.Timedout',
    `Init timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  );
}

/** The process hangs, or the machine does. */
export function neverAsked(functionName: string, milliseconds: number): LambdaError {
  const reason = `its process has not asked for its first event in ${milliseconds / 60_000} minutes`;
  return new LambdaError('unavailable', 'Sandbox.NotStarted', `a sandbox of '${functionName}' was ended: ${reason}`);
}

export function exited(requestId: string, code: number | null, signal: NodeJS.Signals | null): LambdaError {
  const how = signal !== null ? `signal: ${signal}` : `exit status ${code}`;
  const reason = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return new LambdaError('function', 'Runtime.ExitError', `RequestId: ${requestId} Error: ${reason}`);
}
