import type { Fault } from './fault.ts';

export type IsrErrorCode =
  | 'BUILD_NOT_FOUND'
  | 'BUILD_VERSION_UNSUPPORTED'
  | 'BUILD_MALFORMED'
  | 'INVALID_OPTION'
  | 'INVALID_TOKEN'
  | 'INVALID_CONFIGURATION'
  | 'INVALID_REQUEST'
  | 'PAGE_STORE_UNAVAILABLE'
  | 'LEDGER_UNAVAILABLE'
  | 'QUEUE_UNAVAILABLE'
  | 'PURGE_FAILED'
  | 'RENDER_TIMEOUT'
  | 'SITE_UNKNOWN'
  | 'PORT_IN_USE'
  | 'TEMPLATE_NOT_SUPPORTED';

export interface IsrErrorOptions extends ErrorOptions {
  /** What was wrong with what we were given, when that is the reason. */
  readonly faults?: readonly Fault[];
}

/** Every failure that a user can act on: what happened, the value received, what to do next. */
export class IsrError extends Error {
  override readonly name = 'IsrError';
  readonly code: IsrErrorCode;
  readonly faults: readonly Fault[];

  constructor(code: IsrErrorCode, message: string, { faults = [], ...options }: IsrErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.faults = faults;
  }
}

/** The message of whatever was thrown, for a sentence that goes on around it. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
