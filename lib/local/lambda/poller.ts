import { reasonOf } from '../../basics/errors.ts';
import type { LocalEventListener } from '../events.ts';
import type { QueueMessages, SdkMessage } from '../sqs/queue-messages.ts';
import type { LambdaFunction } from './function.ts';
import { payloadOf } from './invocation-result.ts';
import { LambdaError } from './lambda-error.ts';
import { reportedFailures, sqsEventOf } from './sqs-event.ts';

const LONG_POLL_SECONDS = 20;
const RECEIVE_LIMIT = 10;
const PAUSE_MS = 250;

export interface PollerOptions {
  readonly function: LambdaFunction;
  readonly source: QueueMessages;
  readonly queueArn: string;
  /** FIFO queues have no batch window; SQS itself hands out no two batches of one message group at once. */
  readonly fifo: boolean;
  readonly batchSize: number;
  /** To wait for a batch to fill. @default 0 */
  readonly batchWindowSeconds?: number | undefined;
  /** Without it, a batch succeeds or fails as a whole. */
  readonly reportBatchItemFailures: boolean;
  readonly onEvent?: LocalEventListener | undefined;
  /** Called when it holds fewer messages than before. */
  readonly onChange?: (() => void) | undefined;
}

interface Outcome {
  /** By message id. */
  readonly failed: ReadonlySet<string>;
  /** Lambda, and not the function, failed: to ask again at once would be a tight loop. */
  readonly isLambdaDown: boolean;
}

/** Takes batch after batch of a queue to a function. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #stopping: AbortSignal;
  #holding = 0;

  constructor(options: PollerOptions, stopping: AbortSignal) {
    this.#options = options;
    this.#stopping = stopping;
  }

  /** Messages from their receipt until they are deleted or left to come back. */
  get holding(): number {
    return this.#holding;
  }

  /** Until the mapping is stopped. */
  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      let mustPause = false;
      try {
        mustPause = await this.#takeBatch();
      } catch (error) {
        // The messages of this round come back after their visibility timeout.
        this.#options.function.log(`event source mapping: ${reasonOf(error)}`);
        mustPause = true;
      }
      this.#holding = 0;
      this.#options.onChange?.();
      if (mustPause) await this.#pause();
    }
  }

  async #takeBatch(): Promise<boolean> {
    const messages = await this.#receiveBatch();
    if (messages.length === 0) return false;
    const { function: target, source, onEvent, queueArn } = this.#options;
    const { failed, isLambdaDown } = await this.#invoke(messages);
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
    await source.delete(done.map(({ ReceiptHandle }) => ReceiptHandle));
    this.#holding = 0;
    onEvent?.({
      kind: 'job',
      at: target.clock.now(),
      queueName: queueArn.split(':').at(-1) ?? '',
      messages: messages.length,
      failures: failed.size,
    });
    return isLambdaDown;
  }

  async #receiveBatch(): Promise<readonly SdkMessage[]> {
    const { batchSize, batchWindowSeconds = 0, fifo } = this.#options;
    const messages = await this.#receive(batchSize, LONG_POLL_SECONDS);
    if (fifo || batchWindowSeconds === 0 || messages.length === 0) return messages;
    return this.#fill(messages, batchWindowSeconds);
  }

  async #fill(first: readonly SdkMessage[], windowSeconds: number): Promise<readonly SdkMessage[]> {
    const { batchSize, function: target } = this.#options;
    const { clock } = target;
    const messages = [...first];
    const until = clock.now() + windowSeconds * 1000;
    const wake = clock.addSleeper({ name: `batch window of ${target.name}`, dueAt: until });
    try {
      while (messages.length < batchSize && clock.now() < until && !this.#stopping.aborted) {
        const secondsLeft = (until - clock.now()) / 1000;
        messages.push(...(await this.#receive(batchSize - messages.length, Math.min(secondsLeft, LONG_POLL_SECONDS))));
      }
      return messages;
    } finally {
      wake();
    }
  }

  async #receive(limit: number, waitSeconds: number): Promise<readonly SdkMessage[]> {
    const request = { limit: Math.min(limit, RECEIVE_LIMIT), waitSeconds, signal: this.#stopping };
    const messages = await this.#options.source.receive(request);
    this.#holding += messages.length;
    return messages;
  }

  async #invoke(messages: readonly SdkMessage[]): Promise<Outcome> {
    const { function: target, queueArn, reportBatchItemFailures } = this.#options;
    const messageIds = messages.map(({ MessageId }) => MessageId);
    try {
      const response = await payloadOf(await target.invoke(sqsEventOf(messages, queueArn)));
      const failed = reportBatchItemFailures ? reportedFailures(response.toString(), messageIds) : new Set<string>();
      return { failed, isLambdaDown: false };
    } catch (error) {
      const isLambdaDown = !(error instanceof LambdaError && error.kind === 'function');
      return { failed: new Set(messageIds), isLambdaDown };
    }
  }

  async #pause(): Promise<void> {
    const { clock, name } = this.#options.function;
    // Rejects when the mapping is stopped.
    await clock.sleep(PAUSE_MS, `pollers of ${name}`, this.#stopping).catch(() => {});
  }
}
