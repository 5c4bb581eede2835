import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalEventListener } from '../events.ts';
import type { LambdaFunction } from './function.ts';
import { LambdaError } from './lambda-error.ts';
import { payloadOf } from './runtime-api.ts';
import { reportedFailures, sqsEventOf } from './sqs-event.ts';

export interface EventSourceMappingOptions {
  readonly function: LambdaFunction;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** Of the SQS API. */
  readonly endpoint: string;
  /** FIFO queues have no batch window; SQS itself hands out no two batches of one message group at once. */
  readonly fifo: boolean;
  readonly batchSize: number;
  /** Real seconds to wait for a batch to fill. @default 0 */
  readonly batchWindowSeconds?: number | undefined;
  /** Batches that may run at once. @default 5, with which Lambda starts */
  readonly maximumConcurrency?: number | undefined;
  /** Without it, a batch succeeds or fails as a whole. */
  readonly reportBatchItemFailures: boolean;
  readonly onEvent?: LocalEventListener | undefined;
}

export interface EventSourceMapping {
  /** Takes no more messages; resolves when the running batches have ended, or after 2 s. */
  stop(): Promise<void>;
}

const LONG_POLL_SECONDS = 20;
const RECEIVE_LIMIT = 10;
const PAUSE_MS = 250;
const GRACE_MS = 2000;

/** Feeds a function from a queue, as Lambda's pollers do: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html. */
export function startEventSourceMapping(options: EventSourceMappingOptions): EventSourceMapping {
  const sqs = new SQSClient({
    endpoint: options.endpoint,
    // Else the client goes where the queue's URL points, which may be AWS.
    useQueueUrlAsEndpoint: false,
    region: options.queueArn.split(':')[3] ?? 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const stopping = new AbortController();
  const pollers = Array.from({ length: options.maximumConcurrency ?? 5 }, () =>
    new Poller(options, sqs, stopping.signal).run(),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.race([Promise.all(pollers), wait(GRACE_MS, undefined, { ref: false })]);
      sqs.destroy();
    },
  };
}

class Poller {
  readonly #options: EventSourceMappingOptions;
  readonly #sqs: SQSClient;
  readonly #stopping: AbortSignal;

  constructor(options: EventSourceMappingOptions, sqs: SQSClient, stopping: AbortSignal) {
    this.#options = options;
    this.#sqs = sqs;
    this.#stopping = stopping;
  }

  async run(): Promise<void> {
    while (!this.#stopping.aborted) {
      try {
        const messages = await this.#receiveBatch();
        if (messages.length > 0) await this.#process(messages);
      } catch (error) {
        // The messages of this round come back after their visibility timeout.
        if (!this.#stopping.aborted) this.#options.function.log(`event source mapping: ${String(error)}`);
        await this.#pause();
      }
    }
  }

  async #receiveBatch(): Promise<Message[]> {
    const { batchSize, batchWindowSeconds = 0, fifo } = this.#options;
    const messages = await this.#receive(batchSize, LONG_POLL_SECONDS);
    const until = performance.now() + batchWindowSeconds * 1000;
    while (!fifo && messages.length > 0 && messages.length < batchSize && !this.#stopping.aborted) {
      const secondsLeft = Math.ceil((until - performance.now()) / 1000);
      if (secondsLeft <= 0) break;
      messages.push(...(await this.#receive(batchSize - messages.length, Math.min(secondsLeft, LONG_POLL_SECONDS))));
    }
    return messages;
  }

  async #receive(limit: number, waitSeconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#options.queueUrl,
      MaxNumberOfMessages: Math.min(limit, RECEIVE_LIMIT),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages } = await this.#sqs.send(command, { abortSignal: this.#stopping });
    return Messages ?? [];
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const { function: target, onEvent, queueArn } = this.#options;
    const failed = await this.#invoke(messages);
    await this.#delete(messages.filter(({ MessageId }) => !failed.has(MessageId ?? '')));
    onEvent?.({
      kind: 'job',
      at: target.clock.now(),
      queueName: queueArn.split(':').at(-1) ?? '',
      messages: messages.length,
      failures: failed.size,
    });
  }

  async #invoke(messages: readonly Message[]): Promise<ReadonlySet<string>> {
    const { function: target, queueArn, reportBatchItemFailures } = this.#options;
    const messageIds = messages.map(({ MessageId }) => MessageId ?? '');
    try {
      const answer = await payloadOf(await target.invoke(sqsEventOf(messages, queueArn)));
      return reportBatchItemFailures ? reportedFailures(answer.toString(), messageIds) : new Set();
    } catch (error) {
      if (!(error instanceof LambdaError && error.kind === 'function')) await this.#pause();
      return new Set(messageIds);
    }
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    for (let start = 0; start < messages.length; start += RECEIVE_LIMIT) {
      const Entries = messages
        .slice(start, start + RECEIVE_LIMIT)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#options.queueUrl, Entries }));
    }
  }

  /** So that a function or a queue that is down is not asked in a tight loop. */
  async #pause(): Promise<void> {
    await wait(PAUSE_MS, undefined, { signal: this.#stopping }).catch(() => {});
  }
}
