import { ignored, nested, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import { startEventSourceMapping } from '../../lambda/event-source-mapping.ts';
import { startFunctionUrl } from '../../lambda/function-url.ts';
import { needsOf, POLLER_ACTIONS } from '../../sqs/needs.ts';
import type { StackContext, StackPorts } from '../context.ts';
import { ANY_PORT, explainPortInUse, type ListenRequest } from '../listen.ts';
import { physicalName } from '../physical-name.ts';
import type { StackFunction } from '../stack-function.ts';
import { functionOf } from './function.ts';

/** What starts a function: an HTTP request to its URL, or messages of a queue. */
export const functionTriggerResources: ResourceTypes<StackContext> = {
  'AWS::Lambda::Url': {
    properties: { AuthType: 'emulated', InvokeMode: 'emulated', TargetFunctionArn: 'emulated' },
    attributes: ['FunctionArn', 'FunctionUrl'],
    create: async ({ properties }, context) => {
      const arn = properties.string('TargetFunctionArn');
      const target = functionOf(context, arn);
      const request = listenRequestOf(target, context.ports);
      const url = await explainPortInUse(request, () =>
        startFunctionUrl({
          function: target,
          authType: properties.string('AuthType') === 'AWS_IAM' ? 'AWS_IAM' : 'NONE',
          invokeMode: properties.optionalString('InvokeMode') === 'RESPONSE_STREAM' ? 'RESPONSE_STREAM' : 'BUFFERED',
          port: request.port,
        }),
      );
      context.onStop(() => url.stop());
      context.functionUrls.set(arn, url.url);
      context.origins.set(new URL(url.url).host, new URL(url.url).origin);
      return { ref: arn, attributes: { FunctionArn: arn, FunctionUrl: `${new URL(url.url).origin}/` } };
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    properties: {
      BatchSize: 'emulated',
      Enabled: 'emulated',
      EventSourceArn: 'emulated',
      FunctionName: 'emulated',
      FunctionResponseTypes: 'emulated',
      MaximumBatchingWindowInSeconds: 'emulated',
      ScalingConfig: nested({ MaximumConcurrency: 'emulated' }),
      Tags: ignored('a label'),
    },
    attributes: ['Id'],
    create: ({ generatedName, properties }, context) => {
      const ref = physicalName(generatedName, 64);
      const queue = context.queues.get(properties.string('EventSourceArn'));
      if (queue === undefined) throw new Error('its source must be a queue of the stack');
      const target = functionOf(context, properties.string('FunctionName'));
      checkPollerRights(target, queue.arn, context);
      if (properties.optionalBoolean('Enabled') !== false) {
        const mapping = startEventSourceMapping({
          function: target,
          source: context.server.messagesOf(queue.name),
          queueArn: queue.arn,
          fifo: queue.isFifo,
          batchSize: properties.optionalNumber('BatchSize') ?? 10,
          batchWindowSeconds: properties.optionalNumber('MaximumBatchingWindowInSeconds') ?? 0,
          maximumConcurrency: properties.optionalObject('ScalingConfig')?.optionalNumber('MaximumConcurrency'),
          reportBatchItemFailures: properties.strings('FunctionResponseTypes').includes('ReportBatchItemFailures'),
          onEvent: context.onEvent,
          onChange: context.onChange,
        });
        context.mappings.set(queue.name, mapping);
        context.onStop(() => mapping.stop());
      }
      return { ref, attributes: { Id: ref } };
    },
  },
};

/** Lambda refuses a mapping whose function's role may not take the messages. */
function checkPollerRights({ role }: StackFunction, queueArn: string, { access }: StackContext): void {
  const refusal = access.refusalOfRole(
    role,
    POLLER_ACTIONS.flatMap((action) => needsOf(action, queueArn)),
  );
  if (refusal !== undefined) throw new Error(`the function's role may not take messages of the queue: ${refusal}`);
}

function listenRequestOf({ constructPath }: StackFunction, { functionUrls = {} }: StackPorts): ListenRequest {
  const path = constructPath.toLowerCase();
  const wanted = Object.entries(functionUrls).find(([end]) => path.endsWith(end.toLowerCase()));
  return wanted?.[1] ?? ANY_PORT;
}
