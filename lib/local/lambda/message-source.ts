import type { Message } from '@aws-sdk/client-sqs';

/** A queue, as far as a mapping needs it. */
export interface MessageSource {
  /** As a long poll: answers as soon as there is a message, and nothing after `waitSeconds` of the stack's clock. */
  receive(request: {
    readonly limit: number;
    readonly waitSeconds: number;
    readonly signal: AbortSignal;
  }): Promise<readonly Message[]>;
  delete(receiptHandles: readonly string[]): Promise<void>;
}
