import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
  type SQSServiceException,
} from '@aws-sdk/client-sqs';
import { CREDENTIALS } from '../credentials.ts';

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** One queue service to be tested. */
export interface QueueSubject {
  readonly endpoint: string;
  createQueue(name: string, attributes: Readonly<Record<string, string>>): Promise<{ url: string; arn: string }>;
  /** Moves the queues' time, which else stands. */
  advance(milliseconds: number): void;
  /** Resolves as soon as so many receives, no more and no less, wait at a queue. */
  untilReceivesWait(queueUrl: string, count: number): Promise<void>;
  stop(): Promise<void>;
}

export type QueueFactory = () => Promise<QueueSubject>;

export function sqsClient(endpoint: string, region: string): SQSClient {
  return new SQSClient({ endpoint, region, credentials: CREDENTIALS, maxAttempts: 1 });
}

export class Queues {
  readonly client: SQSClient;
  readonly subject: QueueSubject;
  #created = 0;

  constructor(subject: QueueSubject) {
    this.subject = subject;
    this.client = sqsClient(subject.endpoint, 'us-east-1');
  }

  advanceSeconds(seconds: number): void {
    this.subject.advance(seconds * 1000);
  }

  /** Resolves as soon as so many receives, no more and no less, wait at the queue. */
  untilReceivesWait({ url }: TestedQueue, count = 1): Promise<void> {
    return this.subject.untilReceivesWait(url, count);
  }

  /** A new queue for each test. */
  create(attributes: Attributes = {}): Promise<TestedQueue> {
    return this.#create(`queue-${++this.#created}`, attributes);
  }

  createFifo(attributes: Attributes = {}): Promise<TestedQueue> {
    return this.#create(`queue-${++this.#created}.fifo`, { FifoQueue: 'true', ...attributes });
  }

  async #create(name: string, attributes: Attributes): Promise<TestedQueue> {
    const { url, arn } = await this.subject.createQueue(name, attributes);
    return new TestedQueue(this.client, url, arn);
  }
}

/** What the suites do with a queue, in one line each. */
export class TestedQueue {
  readonly client: SQSClient;
  readonly url: string;
  readonly arn: string;

  constructor(client: SQSClient, url: string, arn: string) {
    this.client = client;
    this.url = url;
    this.arn = arn;
  }

  send(MessageBody: string, more: Partial<SendMessageCommandInput> = {}) {
    return this.client.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody, ...more }));
  }

  /** To a FIFO queue; the body is the deduplication id too, when none is given. */
  sendTo(MessageGroupId: string, body: string, MessageDeduplicationId = body) {
    return this.send(body, { MessageGroupId, MessageDeduplicationId });
  }

  async receive(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
        ...more,
      }),
    );
    return Messages;
  }

  async receiveBodies(more: Partial<ReceiveMessageCommandInput> = {}): Promise<unknown[]> {
    return (await this.receive(more)).map(({ Body }) => Body);
  }

  /** The one message that the next receive is expected to give. */
  async receiveOne(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message> {
    const [message] = await this.receive({ MaxNumberOfMessages: 1, ...more });
    if (message === undefined) throw new Error(`no message in ${this.url}`);
    return message;
  }

  delete({ ReceiptHandle }: Message) {
    return this.client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }

  hideFor(VisibilityTimeout: number, { ReceiptHandle }: Message) {
    return this.client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: this.url, ReceiptHandle, VisibilityTimeout }),
    );
  }

  async attributes(): Promise<Attributes> {
    const command = new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ['All'] });
    return (await this.client.send(command)).Attributes ?? {};
  }
}

/** The name of the error, or `done` when the call did not fail. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    return (error as SQSServiceException).name;
  }
}
