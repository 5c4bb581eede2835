import { ignored, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';

/** Properties that are attributes of the queue by the same name. */
const ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;

export const queueResources: ResourceTypes<StackContext> = {
  'AWS::SQS::Queue': {
    properties: {
      ...Object.fromEntries(ATTRIBUTES.map((name) => [name, 'emulated'] as const)),
      KmsMasterKeyId: ignored('messages are in memory only'),
      QueueName: 'emulated',
      RedriveAllowPolicy: ignored('no permissions are checked on this machine'),
      RedrivePolicy: 'emulated',
      SqsManagedSseEnabled: ignored('messages are in memory only'),
      Tags: ignored('a label'),
    },
    attributes: ['Arn', 'QueueName', 'QueueUrl'],
    create: async ({ generatedName, properties }, { server, queues }) => {
      const isFifo = properties.optionalBoolean('FifoQueue') ?? false;
      const generated = isFifo ? `${physicalName(generatedName, 75)}.fifo` : physicalName(generatedName, 80);
      const name = properties.optionalString('QueueName') ?? generated;
      const attributes: Record<string, string> = {};
      for (const attribute of ATTRIBUTES) {
        const value = properties.optionalString(attribute);
        if (value !== undefined) attributes[attribute] = value;
      }
      const redrive = properties.raw('RedrivePolicy');
      if (redrive !== undefined) attributes.RedrivePolicy = JSON.stringify(redrive);
      const { url, arn } = await server.createQueue(name, attributes);
      queues.set(arn, { name, url, arn, isFifo });
      return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
    },
  },
};
