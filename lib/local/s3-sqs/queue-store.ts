import { createQueue, type Queue, SqsStore } from './fauxqs.ts';
import { LocalQueue } from './queue.ts';
import { checkQueue } from './queue-attributes.ts';

/** fauxqs's queues, as LocalQueue, under addresses that an SDK client can use, in one region whatever the client's is. */
export class LocalQueueStore extends SqsStore {
  readonly #urlOf: (name: string) => string;

  constructor(urlOf: (name: string) => string) {
    super();
    this.#urlOf = urlOf;
  }

  /** As the action CreateQueue, without a request. */
  ensureQueue(name: string, attributes: Readonly<Record<string, string>>): LocalQueue {
    checkQueue(name, attributes, this);
    const { QueueUrl } = createQueue({ QueueName: name, Attributes: { ...attributes } }, this, { headers: {} });
    const queue = this.getQueue(QueueUrl);
    if (queue === undefined) throw new Error(`queue '${name}' was created as ${QueueUrl}, where there is none`);
    return queue;
  }

  override createQueue(
    name: string,
    url: string,
    arn: string,
    attributes?: Record<string, string>,
    tags?: Record<string, string>,
  ): Queue {
    const queue = new LocalQueue(name, url, arn, attributes, tags);
    this.queues.set(url, queue);
    this.queuesByName.set(name, queue);
    this.queuesByArn.set(arn, queue);
    return queue;
  }

  override getQueue(url: string): LocalQueue | undefined {
    return this.#queueNamed(lastPart(url, '/'));
  }

  override getQueueByArn(arn: string): LocalQueue | undefined {
    return this.#queueNamed(lastPart(arn, ':'));
  }

  #queueNamed(name: string): LocalQueue | undefined {
    const queue = this.queuesByName.get(name);
    return queue instanceof LocalQueue ? queue : undefined;
  }

  override buildQueueUrl(name: string): string {
    return this.#urlOf(name);
  }
}

function lastPart(name: string, separator: string): string {
  return name.slice(name.lastIndexOf(separator) + 1);
}
