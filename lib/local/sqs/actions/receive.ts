import { receivedMessage } from '../received-message.ts';
import type { Action } from './action.ts';

export const receiveMessage: Action = async (input, { queues, goneSignal }) => {
  const queue = queues.withUrl(input.text('QueueUrl'));
  const limit = input.optionalInteger('MaxNumberOfMessages', { from: 1, to: 10 }) ?? 1;
  const visibilitySeconds = input.optionalInteger('VisibilityTimeout', { from: 0, to: 43_200 });
  const waitSeconds = input.optionalInteger('WaitTimeSeconds', { from: 0, to: 20 });
  const waitMs = waitSeconds === undefined ? queue.settings.receiveWaitMs : waitSeconds * 1000;
  const visibilityMs = visibilitySeconds === undefined ? undefined : visibilitySeconds * 1000;
  const selection = {
    // The second name is the older one.
    system: [...input.texts('MessageSystemAttributeNames'), ...input.texts('AttributeNames')],
    message: input.texts('MessageAttributeNames'),
  };
  const gone = waitMs === 0 ? undefined : goneSignal();
  const deliveries = await queue.receive({ limit, visibilityMs }, waitMs, gone);
  if (deliveries.length === 0) return {};
  return { Messages: deliveries.map((delivery) => receivedMessage(delivery, selection)) };
};
