import { ApiError } from '../../aws-api/api-error.ts';
import type { Message } from './message.ts';

/** What one receive of a message is known by, from then on. */
export interface Receipt {
  readonly messageId: string;
  /** The how-manieth receive of the message. */
  readonly receive: number;
}

/** Opaque to clients: it holds all that is needed to judge it later. */
export function receiptHandleOf(queueName: string, { id, receives }: Message): string {
  return Buffer.from(JSON.stringify([queueName, id, receives])).toString('base64');
}

/** Throws ApiError for what this queue never gave. */
export function parseReceiptHandle(queueName: string, handle: string): Receipt {
  const [name, messageId, receive] = decode(handle);
  if (name === queueName && typeof messageId === 'string' && typeof receive === 'number') return { messageId, receive };
  throw new ApiError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
}

function decode(handle: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(handle, 'base64').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
