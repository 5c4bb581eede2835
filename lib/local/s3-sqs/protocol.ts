import type { LocalEvent } from '../events.ts';
import type { Credentials } from './signature.ts';

/** What the server's thread can be asked for. */
export interface ServiceCalls {
  url(): Promise<string>;
  /** Idempotent. */
  createBucket(name: string): Promise<void>;
  /** Idempotent for equal attributes. The address can be used as it is by SDK clients. */
  createQueue(
    name: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly arn: string }>;
  stop(): Promise<void>;
}

export type CallName = keyof ServiceCalls;

export interface CallMessage {
  readonly id: number;
  readonly name: CallName;
  readonly parameters: readonly unknown[];
}

export type ThreadMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: Error }
  | { readonly kind: 'event'; readonly event: LocalEvent };

export interface ThreadParameters {
  readonly clockOffset: SharedArrayBuffer;
  readonly port: number;
  readonly dataDirectory: string | undefined;
  readonly credentials: Credentials | undefined;
}
