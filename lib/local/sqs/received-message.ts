import { type MessageAttributes, md5OfAttributes, selectAttributes } from './message-attributes.ts';
import type { Delivery } from './queue/message.ts';

/** A received message, as the API writes it. */
export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: MessageAttributes;
  readonly MD5OfMessageAttributes?: string;
}

/** Which attributes a receive asks for, by name; `All` for all. */
export interface AttributeSelection {
  readonly system: readonly string[];
  readonly message: readonly string[];
}

// The account that sent the message: everybody here is the same one.
const SENDER_ID = '000000000000';

export function receivedMessage(delivery: Delivery, selection: AttributeSelection): ReceivedMessage {
  const { message, receiptHandle } = delivery;
  const system = systemAttributes(delivery, selection.system);
  const attributes = selectAttributes(message.attributes, selection.message);
  const md5 = md5OfAttributes(attributes);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle,
    Body: message.body,
    MD5OfBody: message.md5OfBody,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(md5 !== undefined && { MessageAttributes: attributes, MD5OfMessageAttributes: md5 }),
  };
}

function systemAttributes(
  { message, receives }: Delivery,
  wanted: readonly string[],
): Readonly<Record<string, string>> {
  const all: Readonly<Record<string, string | undefined>> = {
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ApproximateReceiveCount: String(receives),
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
    MessageDeduplicationId: message.deduplicationId,
    MessageGroupId: message.groupId,
    SenderId: SENDER_ID,
    SentTimestamp: String(message.sentAt),
    SequenceNumber: message.sequenceNumber,
  };
  const entries = Object.entries(all).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (wanted.includes('All') || wanted.includes(entry[0])),
  );
  return Object.fromEntries(entries);
}
