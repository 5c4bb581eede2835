import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../aws-api/api-error.ts';
import type { ApiRequest, ApiResponse, ApiService, PreparedCall } from '../aws-api/api-service.ts';
import type { Action } from './actions/action.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch } from './actions/change-visibility.ts';
import { deleteMessage, deleteMessageBatch } from './actions/delete-message.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listQueues,
  purgeQueue,
  setQueueAttributes,
} from './actions/queues.ts';
import { receiveMessage } from './actions/receive.ts';
import { sendMessage, sendMessageBatch } from './actions/send.ts';
import { jsonResponse, refusal } from './errors.ts';
import { Input } from './input.ts';
import { needsOf } from './needs.ts';
import type { Queues } from './queues.ts';

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries({
    ChangeMessageVisibility: changeMessageVisibility,
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
    CreateQueue: createQueue,
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    DeleteQueue: deleteQueue,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ListQueues: listQueues,
    PurgeQueue: purgeQueue,
    ReceiveMessage: receiveMessage,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
    SetQueueAttributes: setQueueAttributes,
  }),
);

/** SQS, in the protocol that AWS's SDKs speak today: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export class SqsService implements ApiService {
  readonly #queues: Queues;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  takes(headers: IncomingHttpHeaders): boolean {
    return headers['x-amz-target'] !== undefined;
  }

  async prepare(request: ApiRequest): Promise<PreparedCall> {
    const target = String(request.headers['x-amz-target']);
    const name = target.replace('AmazonSQS.', '');
    const action = ACTIONS.get(name);
    if (action === undefined) {
      throw new ApiError('NotImplemented', `the local SQS does not implement ${target}`, 501);
    }
    const input = Input.ofBody(await request.body());
    const context = { queues: this.#queues, goneSignal: () => request.goneSignal() };
    const resource = queueNameOf(input);
    return {
      service: 'sqs',
      action: name,
      resource,
      needs: needsOf(name, this.#queues.arnOf(resource)),
      perform: async () => jsonResponse(await action(input, context)),
    };
  }

  refuse(error: ApiError): ApiResponse {
    return refusal(error);
  }
}

function queueNameOf(input: Input): string {
  return input.optionalText('QueueName') ?? (input.optionalText('QueueUrl') ?? '').replace(/^.*\//, '');
}
