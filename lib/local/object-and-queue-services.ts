import { join } from 'node:path';
import { reasonOf } from '../basics/errors.ts';
import { ApiError } from './aws-api/api-error.ts';
import { type CallHook, Calls } from './aws-api/calls.ts';
import { type ApiServer, startApiServer } from './aws-api/server.ts';
import type { Credentials } from './aws-api/signature.ts';
import type { StackClock } from './clock.ts';
import type { LocalEventListener } from './events.ts';
import type { AccessControl } from './iam/access-control.ts';
import { once } from './once.ts';
import { S3Service } from './s3/service.ts';
import { openObjectStore } from './s3/store/open-object-store.ts';
import type { QueueDepth } from './sqs/queue/queue.ts';
import { QueueMessages } from './sqs/queue-messages.ts';
import { Queues } from './sqs/queues.ts';
import { SqsService } from './sqs/service.ts';

/** S3 and SQS on this machine, for one stack. */
export interface ObjectAndQueueServices {
  /** `http://127.0.0.1:PORT`: the endpoint for AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_SQS. */
  readonly url: string;
  /** Idempotent. */
  createBucket(name: string): Promise<void>;
  /** Idempotent for equal attributes. The address can be used as it is by SDK clients. */
  createQueue(
    name: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly arn: string }>;
  /** The messages of a queue, for a consumer of this process. Throws ApiError when there is no queue of that name. */
  messagesOf(queueName: string): QueueMessages;
  /** What is in each queue now. Asking is no call of an API. */
  queueDepths(): readonly QueueDepth[];
  /** Calls `listener` on each change of a queue's depth; returns the function that ends it. */
  onQueueChange(listener: () => void): () => void;
  /** Ends what waits, and all connections. */
  stop(): Promise<void>;
}

export interface ObjectAndQueueServicesOptions {
  readonly clock: StackClock;
  /**
   * Where objects are kept between two runs. Messages never are.
   *
   * @default in memory
   */
  readonly dataDirectory?: string | undefined;
  /** @default a free port */
  readonly port?: number | undefined;
  /** Gets an 'api-call' for each request to S3 or SQS. */
  readonly onEvent?: LocalEventListener | undefined;
  /**
   * What signed requests have to be signed with. Requests without a signature are taken all the same.
   *
   * @default signatures are not looked at
   */
  readonly credentials?: Credentials | undefined;
  /** Whose policies say who may do what. @default everybody may do everything */
  readonly access?: AccessControl | undefined;
  /** Delays or fails calls, for tests of what a client does then. */
  readonly onCall?: CallHook | undefined;
}

const QUEUE_ARN_PREFIX = 'arn:aws:sqs:us-east-1:000000000000:';
const ACCOUNT_ID = '000000000000';

/** Starts both services in this process, on one port. All that waits in them does so on the clock. */
export async function startObjectAndQueueServices(
  options: ObjectAndQueueServicesOptions,
): Promise<ObjectAndQueueServices> {
  const { clock, dataDirectory, onEvent, onCall } = options;
  let server: ApiServer | undefined;
  const urlOf = (name: string): string => `${server?.url}/${ACCOUNT_ID}/${name}`;
  const queues = new Queues({ clock, urlOf, arnPrefix: QUEUE_ARN_PREFIX });
  const store = openObjectStore(clock, dataDirectory && join(dataDirectory, 'objects'));
  const calls = new Calls({ clock, unavailable, onEvent, onCall });
  server = await listen(options, [new SqsService(queues), new S3Service(store)], calls).catch((error: unknown) => {
    store.close();
    throw error;
  });
  return {
    url: server.url,
    createBucket: async (name) => store.createBucket(name),
    createQueue: async (name, attributes) => {
      const { url, arn } = queues.create(name, attributes);
      return { url, arn };
    },
    messagesOf: (queueName) => new QueueMessages(queues.named(queueName), calls),
    queueDepths: () => queues.depths(),
    onQueueChange: (listener) => queues.onChange(listener),
    stop: once(async () => {
      queues.close();
      await server.stop();
      store.close();
    }),
  };
}

async function listen(
  { port = 0, clock, credentials, access }: ObjectAndQueueServicesOptions,
  services: readonly [SqsService, S3Service],
  calls: Calls,
): Promise<ApiServer> {
  try {
    return await startApiServer({ services, calls, clock, port, credentials, access });
  } catch (cause) {
    throw new Error(`cannot start the local S3 and SQS on port ${port}: ${reasonOf(cause)}`, { cause });
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; SQS has no word for it of its own. */
function unavailable({ service }: { readonly service: 's3' | 'sqs' }): ApiError {
  return service === 's3'
    ? new ApiError('SlowDown', 'Please reduce your request rate.', 503)
    : new ApiError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503);
}
