import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { reasonOf } from '../../../basics/errors.ts';
import {
  ANY_PROPERTY,
  CUSTOM_RESOURCE,
  type ResourceRequest,
  type ResourceTypes,
  type ResourceValues,
} from '../../cloudformation/resource-type.ts';
import { payloadOf } from '../../lambda/invocation-result.ts';
import { closeServer, listenLocally } from '../../listen-locally.ts';
import type { StackContext } from '../context.ts';
import { functionOf } from './function.ts';

/** What CloudFormation says of the resource besides its name: of an update, also what it was. */
type Change =
  | { readonly RequestType: 'Create' }
  | { readonly RequestType: 'Update'; readonly PhysicalResourceId: string; readonly OldResourceProperties: unknown };

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
interface Answer {
  readonly Status?: unknown;
  readonly Reason?: unknown;
  readonly RequestId?: unknown;
  readonly PhysicalResourceId?: unknown;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** A resource that a function of the stack makes, called as CloudFormation calls it. */
export const customResources: ResourceTypes<StackContext> = {
  [CUSTOM_RESOURCE]: {
    properties: ANY_PROPERTY,
    attributes: 'any',
    create: (request, context) => provide(request, context, { RequestType: 'Create' }),
    update: (request, context, { ref, fingerprint }) =>
      provide(request, context, {
        RequestType: 'Update',
        PhysicalResourceId: ref,
        OldResourceProperties: asTexts(JSON.parse(fingerprint)),
      }),
  },
};

async function provide(request: ResourceRequest, context: StackContext, change: Change): Promise<ResourceValues> {
  const { logicalId, type, properties } = request;
  const { region, accountId, stackName } = context;
  const door = await openDoor();
  try {
    const event = {
      ...change,
      ServiceToken: properties.string('ServiceToken'),
      ResponseURL: door.url,
      StackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
      RequestId: randomUUID(),
      ResourceType: type,
      LogicalResourceId: logicalId,
      ResourceProperties: asTexts(properties.all),
    };
    await Promise.race([door.answered, invoke(event, context)]);
    return valuesOf(await answerWithin(door.answered), event.RequestId);
  } finally {
    await door.close();
  }
}

/** Invokes the function as an event: after an error, Lambda tries again after one minute, and after two more. */
async function invoke(event: { readonly ServiceToken: string }, context: StackContext): Promise<void> {
  for (const pauseMs of [60_000, 120_000, undefined]) {
    try {
      await payloadOf(await functionOf(context, event.ServiceToken).invoke(event));
      return;
    } catch (error) {
      if (pauseMs === undefined) throw new Error(`its function failed three times: ${reasonOf(error)}`);
      await context.clock.sleep(pauseMs, 'a retry of an event');
    }
  }
}

/** CloudFormation would wait for the time limit of the resource. Here, the function has ended, so nobody will answer. */
function answerWithin(answered: Promise<Answer>): Promise<Answer> {
  const silence = Symbol('silence');
  return Promise.race([answered, Promise.resolve(silence)]).then((answer) => {
    if (typeof answer === 'symbol') throw new Error('its function ended without an answer to CloudFormation');
    return answer;
  });
}

function valuesOf(answer: Answer, requestId: string): ResourceValues {
  const { Status, Reason, RequestId, PhysicalResourceId, Data = {} } = answer;
  if (Status !== 'SUCCESS') throw new Error(`its function answered ${String(Status)}: ${String(Reason)}`);
  if (RequestId !== requestId) throw new Error(`its function answered another request, '${String(RequestId)}'`);
  if (typeof PhysicalResourceId !== 'string') throw new Error('its function answered no PhysicalResourceId');
  return { ref: PhysicalResourceId, attributes: Data };
}

/** Where the answer is put, which on AWS is a URL of S3 signed for that. */
async function openDoor() {
  const { promise: answered, resolve } = Promise.withResolvers<Answer>();
  const server = createServer(async (request, response) => {
    const answer = (await json(request)) as Answer;
    response.writeHead(request.method === 'PUT' ? 200 : 405).end();
    if (request.method === 'PUT') resolve(answer);
  });
  const port = await listenLocally(server);
  return { url: `http://127.0.0.1:${port}/answer`, answered, close: () => closeServer(server) };
}

/** CloudFormation makes a text of each number and each boolean. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asTexts(inner)]));
}
