import { ApiError } from '../aws-api/api-error.ts';
import type { ApiCall } from '../aws-api/api-service.ts';
import type { Calls } from '../aws-api/calls.ts';
import type { Delivery } from './queue/message.ts';
import type { Queue } from './queue/queue.ts';
import { type ReceivedMessage, receivedMessage } from './received-message.ts';

/** A received message, as an SDK gives it. */
export interface SdkMessage extends Omit<ReceivedMessage, 'MessageAttributes'> {
  readonly MessageAttributes?: Readonly<Record<string, SdkMessageAttribute>>;
}

export interface SdkMessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

export interface ReceiveRequest {
  readonly limit: number;
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

/** The messages of one queue for a consumer of this process: as the API gives them, without HTTP. */
export class QueueMessages {
  readonly #queue: Queue;
  readonly #calls: Calls;

  constructor(queue: Queue, calls: Calls) {
    this.#queue = queue;
    this.#calls = calls;
  }

  /** As a long poll. Counts as a call only when there was something to receive; none once the signal is aborted. */
  async receive({ limit, waitSeconds, signal }: ReceiveRequest): Promise<readonly SdkMessage[]> {
    const call = this.#callTo('ReceiveMessage');
    const receive = () => this.#queue.receive({ limit }, waitSeconds * 1000, signal);
    const deliveries = await this.#calls.perform(call, receive);
    if (deliveries.length > 0) this.#calls.report(call, 200);
    return deliveries.map(sdkMessage);
  }

  /** What cannot be deleted, because its visibility timeout has ended, comes again. */
  async delete(receiptHandles: readonly string[]): Promise<void> {
    if (receiptHandles.length === 0) return;
    const call = this.#callTo('DeleteMessageBatch');
    await this.#calls.perform(call, () => {
      for (const receiptHandle of receiptHandles) this.#deleteOne(receiptHandle);
    });
    this.#calls.report(call, 200);
  }

  #deleteOne(receiptHandle: string): void {
    try {
      this.#queue.delete(receiptHandle);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #callTo(action: string): ApiCall {
    return { service: 'sqs', action, resource: this.#queue.name };
  }
}

function sdkMessage(delivery: Delivery): SdkMessage {
  const { MessageAttributes = {}, ...message } = receivedMessage(delivery, { system: ['All'], message: ['All'] });
  const attributes = Object.entries(MessageAttributes).map(([name, { BinaryValue, ...attribute }]) => [
    name,
    { ...attribute, ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, 'base64') }) },
  ]);
  return { ...message, ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }) };
}
