/**
 * The parts of fauxqs that this folder builds upon. Its package exports `buildApp` alone, so the rest is loaded by file
 * address: the version is pinned in package.json, and the contract suites in test/contracts fail when an upgrade moves
 * something. Load this module only in the server's thread, after the moved `Date` was installed.
 */
const distribution = new URL('./', import.meta.resolve('fauxqs'));

function load<T>(path: string): Promise<T> {
  return import(new URL(path, distribution).href) as Promise<T>;
}

export interface StoredObject {
  readonly key: string;
  readonly contentLength: number;
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cacheControl?: string;
}

export interface ObjectStore {
  readonly buckets: Map<string, Map<string, StoredObject>>;
  persistence: unknown;
  createBucket(name: string): void;
  putObject(bucket: string, key: string, ...rest: unknown[]): StoredObject;
  deleteObject(bucket: string, key: string): void;
  completeMultipartUpload(uploadId: string, parts: readonly unknown[]): StoredObject;
}

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly sentTimestamp: number;
  readonly messageGroupId?: string;
  messageDeduplicationId?: string;
  readonly sequenceNumber?: string;
  /** Ours: the queue that gave up on the message. */
  deadLetterSourceArn?: string;
}

export interface ReceivedMessage {
  readonly ReceiptHandle: string;
  Attributes?: Record<string, string>;
}

export interface MessageSink {
  enqueue(message: QueueMessage): void;
}

export type DeadLetterResolver = (arn: string) => MessageSink | undefined;

export interface Deduplication {
  readonly isDuplicate: boolean;
  readonly originalMessageId?: string;
  readonly originalSequenceNumber?: string | undefined;
}

interface PollWaiter {
  readonly resolve: () => void;
  readonly timer: NodeJS.Timeout;
}

export interface Queue extends MessageSink {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly attributes: Record<string, string>;
  messages: QueueMessage[];
  delayedMessages: QueueMessage[];
  readonly inflightMessages: Map<string, { readonly message: QueueMessage; readonly visibilityDeadline: number }>;
  readonly fifoMessages: Map<string, QueueMessage[]>;
  readonly fifoLockedGroups: Map<string, number>;
  readonly pollWaiters: PollWaiter[];
  isFifo(): boolean;
  dequeue(
    limit: number,
    visibilitySeconds: number | undefined,
    deadLetters: DeadLetterResolver | undefined,
  ): ReceivedMessage[];
  deleteMessage(receiptHandle: string): boolean;
  changeVisibility(receiptHandle: string, seconds: number): void;
  processTimers(): void;
  waitForMessages(seconds: number): Promise<void>;
  cancelWaiters(): void;
  notifyWaiters(): void;
  hasAvailableFifoMessages(): boolean;
  checkDeduplication(id: string): Deduplication;
  recordDeduplication(id: string, messageId: string, sequenceNumber?: string): void;
}

type QueueParameters = [
  name: string,
  url: string,
  arn: string,
  attributes?: Record<string, string>,
  tags?: Record<string, string>,
];

export interface QueueStore {
  readonly queues: Map<string, Queue>;
  readonly queuesByName: Map<string, Queue>;
  readonly queuesByArn: Map<string, Queue>;
  createQueue(...parameters: QueueParameters): Queue;
  getQueue(url: string): Queue | undefined;
  getQueueByArn(arn: string): Queue | undefined;
  buildQueueUrl(name: string): string;
}

interface ObjectPersistence {
  loadS3(store: ObjectStore): void;
  close(): void;
}

interface ApiError extends Error {
  readonly code: string;
  readonly statusCode: number;
}

interface S3ErrorType extends ApiError {
  toXml(): string;
}

interface SqsErrorType extends ApiError {
  readonly queryErrorHeader: string;
  toJSON(): { readonly __type: string; readonly message: string };
}

type CreateQueueAction = (
  body: { QueueName: string; Attributes: Record<string, string> },
  store: QueueStore,
  request: { headers: Record<string, string> },
) => { readonly QueueUrl: string };

export const { S3Store } = await load<{ S3Store: new () => ObjectStore }>('s3/s3Store.js');
export const { SqsStore, SqsQueue } = await load<{
  SqsStore: new () => QueueStore;
  SqsQueue: new (...parameters: QueueParameters) => Queue;
}>('sqs/sqsStore.js');
export const { SnsStore } = await load<{ SnsStore: new () => object }>('sns/snsStore.js');
export const { PersistenceManager } = await load<{
  PersistenceManager: new (directory: string) => ObjectPersistence;
}>('persistence.js');
export const { S3Error, SqsError } = await load<{
  S3Error: new (code: string, message: string, status?: number) => S3ErrorType;
  SqsError: new (code: string, message: string, status?: number) => SqsErrorType;
}>('common/errors.js');
export const { createQueue } = await load<{ createQueue: CreateQueueAction }>('sqs/actions/createQueue.js');
export const { decodeAwsChunked } = await load<{
  decodeAwsChunked(body: Buffer): { readonly body: Buffer; readonly trailers: Readonly<Record<string, string>> };
}>('s3/chunkedEncoding.js');

interface ApplicationStores {
  readonly sqsStore: QueueStore;
  readonly snsStore: object;
  readonly s3Store: ObjectStore;
}

export const { buildApp } = (await import('fauxqs')) as unknown as {
  buildApp(options: { logger: boolean; stores: ApplicationStores }): import('fastify').FastifyInstance;
};
