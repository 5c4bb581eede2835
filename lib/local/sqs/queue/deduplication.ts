import type { Clock } from '../../clock.ts';

/** SQS's response to a message that it takes, and again to each duplicate. */
export interface SentMessage {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
}

const WINDOW_MS = 5 * 60_000;

/**
 * The deduplication ids of the last five minutes. An id is taken also when its message was received and deleted long ago:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
export class Deduplication {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #sent = new Map<string, SentMessage & { readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(id: string): SentMessage | undefined {
    const sent = this.#sent.get(id);
    return sent !== undefined && sent.until > this.#clock.now() ? sent : undefined;
  }

  add(id: string, message: SentMessage): void {
    const now = this.#clock.now();
    for (const [known, { until }] of this.#sent) {
      if (until > now) break;
      this.#sent.delete(known);
    }
    this.#sent.delete(id);
    this.#sent.set(id, { ...message, until: now + WINDOW_MS });
  }
}
