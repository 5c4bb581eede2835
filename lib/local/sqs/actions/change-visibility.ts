import type { Input } from '../input.ts';
import type { Queue } from '../queue/queue.ts';
import type { Action } from './action.ts';
import { runBatch } from './batch.ts';

export const changeMessageVisibility: Action = (input, { queues }) =>
  change(input, queues.withUrl(input.text('QueueUrl')));

export const changeMessageVisibilityBatch: Action = (input, { queues }) => {
  const queue = queues.withUrl(input.text('QueueUrl'));
  return runBatch(input.entries('Entries'), (entry) => change(entry, queue));
};

function change(input: Input, queue: Queue): object {
  const seconds = input.integer('VisibilityTimeout', { from: 0, to: 43_200 });
  queue.changeVisibility(input.text('ReceiptHandle'), seconds * 1000);
  return {};
}
