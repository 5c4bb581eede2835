import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiCall } from './actions.ts';
import { type ReceivedMessage, SqsError } from './fauxqs.ts';
import { type LocalQueue, scopedDeduplicationId } from './queue.ts';
import { checkQueue } from './queue-attributes.ts';
import type { LocalQueueStore } from './queue-store.ts';

type Fields = Record<string, unknown>;

interface BatchEntry extends Fields {
  readonly Id: string;
}

interface BatchFault {
  readonly Id: string;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

interface QueueRequest {
  readonly body: Fields;
  readonly queue: LocalQueue | undefined;
  readonly store: LocalQueueStore;
}

const JSON_TYPE = 'application/x-amz-json-1.0';

const QUERY_ERROR = 'x-amzn-query-error';
/** Codes with the prefix `AWS.SimpleQueueService.` in the SQS service model (trait awsQueryError). */
const LONG_CODES = new Set([
  'BatchEntryIdsNotDistinct',
  'BatchRequestTooLong',
  'EmptyBatchRequest',
  'InvalidBatchEntryId',
  'MessageNotInflight',
  'NonExistentQueue',
  'PurgeQueueInProgress',
  'QueueDeletedRecently',
  'TooManyEntriesInBatchRequest',
  'UnsupportedOperation',
]);

type Check = (request: QueueRequest) => void;
type EntryCheck = (entry: Fields, queue: LocalQueue | undefined) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  CreateQueue: ({ body, store }) => checkQueue(String(body.QueueName ?? ''), (body.Attributes ?? {}) as Fields, store),
  SetQueueAttributes: ({ body, queue, store }) =>
    checkQueue(queue?.name ?? 'missing', (body.Attributes ?? {}) as Fields, store),
  SendMessage: ({ body, queue }) => prepareMessage(body, queue),
  DeleteMessage: ({ body, queue }) => checkDeletion(body, queue),
  ChangeMessageVisibility: ({ body, queue }) => checkReceiptHandle(body, queue),
};

const ENTRY_CHECKS: Readonly<Record<string, EntryCheck>> = {
  SendMessageBatch: prepareMessage,
  DeleteMessageBatch: checkDeletion,
  ChangeMessageVisibilityBatch: checkReceiptHandle,
};

/** Gives SQS requests the checks and the answers that fauxqs lacks. */
export function extendQueueRequests(
  app: FastifyInstance,
  store: LocalQueueStore,
  callOf: (request: FastifyRequest) => ApiCall | undefined,
): void {
  const faultsOf = new WeakMap<FastifyRequest, readonly BatchFault[]>();

  app.addHook('preHandler', (http, reply, done) => {
    const call = callOf(http);
    if (call?.service !== 'sqs') return done();
    try {
      const { faults, isDone } = check(call.action, (http.body ?? {}) as Fields, store);
      faultsOf.set(http, faults);
      if (isDone) reply.type(JSON_TYPE).send({ Successful: [], Failed: [] });
      else done();
    } catch (error) {
      if (!(error instanceof SqsError)) return done(error as Error);
      reply.code(error.statusCode).header(QUERY_ERROR, error.queryErrorHeader);
      reply.type(JSON_TYPE).send(error.toJSON());
    }
  });

  app.addHook('preSerialization', (http, _reply, payload, done) => {
    const answer = (payload ?? {}) as { Failed?: BatchFault[]; Messages?: readonly ReceivedMessage[] };
    answer.Failed?.push(...(faultsOf.get(http) ?? []));
    if (callOf(http)?.action === 'ReceiveMessage') {
      addDeadLetterSource(answer.Messages ?? [], http.body as Fields, store);
    }
    done(null, payload);
  });

  app.addHook('onSend', (_http, reply, _payload, done) => {
    const error = reply.getHeader(QUERY_ERROR);
    if (typeof error === 'string') reply.header(QUERY_ERROR, queryErrorOf(error));
    done();
  });
}

/** Runs the checks of an action; throws where the whole request is refused. */
function check(
  action: string,
  body: Fields,
  store: LocalQueueStore,
): { readonly faults: readonly BatchFault[]; readonly isDone: boolean } {
  const queue = store.getQueue(String(body.QueueUrl ?? ''));
  CHECKS[action]?.({ body, queue, store });
  const checkEntry = ENTRY_CHECKS[action];
  if (checkEntry === undefined) return { faults: [], isDone: false };
  const faults = takeFaultyEntries(body, (entry) => checkEntry(entry, queue));
  return { faults, isDone: faults.length > 0 && (body.Entries as unknown[]).length === 0 };
}

/** Clients name an error by this header; fauxqs puts the long prefix before every code. */
function queryErrorOf(header: string): string {
  const code = /^AWS\.SimpleQueueService\.(\w+)/.exec(header)?.[1] ?? '';
  if (code === 'QueueNameExists') return 'QueueAlreadyExists;Sender';
  return LONG_CODES.has(code) ? header : header.replace('AWS.SimpleQueueService.', '');
}

/** Removes the entries that `check` refuses from a batch, so that fauxqs sees the others only. */
function takeFaultyEntries(body: Fields, check: (entry: Fields) => void): readonly BatchFault[] {
  const entries = (Array.isArray(body.Entries) ? body.Entries : []) as readonly BatchEntry[];
  const faults = new Map<BatchEntry, BatchFault>();
  for (const entry of entries) {
    try {
      check(entry);
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      faults.set(entry, { Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  body.Entries = entries.filter((entry) => !faults.has(entry));
  return [...faults.values()];
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const FIFO_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

function prepareMessage(message: Fields, queue: LocalQueue | undefined): void {
  if (queue === undefined || !queue.isFifo()) return;
  const { MessageGroupId: group, MessageDeduplicationId: id, MessageBody: text } = message;
  for (const [parameter, value] of Object.entries({ MessageGroupId: group, MessageDeduplicationId: id })) {
    if (value === undefined || FIFO_ID.test(String(value))) continue;
    const rule = `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${value} for parameter ${parameter} is invalid. Reason: ${rule}`,
    );
  }
  if (queue.attributes.DeduplicationScope !== 'messageGroup' || typeof group !== 'string') return;
  const isByContent = queue.attributes.ContentBasedDeduplication === 'true' && typeof text === 'string';
  const effective = id ?? (isByContent ? createHash('sha256').update(text).digest('hex') : undefined);
  if (typeof effective === 'string') message.MessageDeduplicationId = scopedDeduplicationId(group, effective);
}

function checkReceiptHandle({ ReceiptHandle: handle }: Fields, queue: LocalQueue | undefined): void {
  if (queue === undefined || handle === undefined) return;
  // The form in which fauxqs issues them.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(handle))) {
    throw new SqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  // Otherwise a handle that has expired by now would count as in flight.
  queue.processTimers();
}

function checkDeletion(entry: Fields, queue: LocalQueue | undefined): void {
  checkReceiptHandle(entry, queue);
  queue?.checkDeletable(String(entry.ReceiptHandle));
}

function addDeadLetterSource(messages: readonly ReceivedMessage[], body: Fields, store: LocalQueueStore): void {
  const names = [body.AttributeNames, body.MessageSystemAttributeNames].flat();
  if (!names.includes('All') && !names.includes('DeadLetterQueueSourceArn')) return;
  const queue = store.getQueue(String(body.QueueUrl));
  for (const message of messages) {
    const source = queue?.inflightMessages.get(message.ReceiptHandle)?.message.deadLetterSourceArn;
    if (source !== undefined) message.Attributes = { ...message.Attributes, DeadLetterQueueSourceArn: source };
  }
}
