import type { Action } from './action.ts';
import { runBatch } from './batch.ts';

export const deleteMessage: Action = (input, { queues }) => {
  queues.withUrl(input.text('QueueUrl')).delete(input.text('ReceiptHandle'));
  return {};
};

export const deleteMessageBatch: Action = (input, { queues }) => {
  const queue = queues.withUrl(input.text('QueueUrl'));
  return runBatch(input.entries('Entries'), (entry) => {
    queue.delete(entry.text('ReceiptHandle'));
    return {};
  });
};
