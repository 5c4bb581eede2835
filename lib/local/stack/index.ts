import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackClock } from '../clock.ts';
import { loadAssembly, type StackAssembly } from '../cloudformation/assembly.ts';
import { createResources } from '../cloudformation/create-resources.ts';
import { startCloudFrontApi } from '../cloudfront/api/server.ts';
import type { LocalDistribution } from '../cloudfront/distribution.ts';
import type { LocalEventListener } from '../events.ts';
import { AccessControl } from '../iam/access-control.ts';
import { startObjectAndQueueServices } from '../object-and-queue-services.ts';
import { once } from '../once.ts';
import type { QueueDepth } from '../sqs/queue/queue.ts';
import { Certificates } from '../tls/certificates.ts';
import { Changes } from './changes.ts';
import type { StackContext, StackPorts } from './context.ts';
import { EventLog } from './event-log.ts';
import { IdleWatch } from './idle-watch.ts';
import { LocalState } from './local-state.ts';
import { AT_ONCE, overTime } from './propagation.ts';
import { resourceTypes } from './resources/index.ts';
import type { StackFunction } from './stack-function.ts';
import { viewersDistributionOf } from './viewers-distribution.ts';

export interface RunStackOptions {
  /** Folder that `cdk synth` wrote: `cdk.out`. */
  readonly assembly: string;
  /** @default the only stack of the assembly */
  readonly stackName?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** @default free ports */
  readonly ports?: StackPorts | undefined;
  /**
   * Where contents of buckets and secrets are kept for the next run.
   *
   * @default in memory
   */
  readonly dataDirectory?: string | undefined;
  /** Forgets what an earlier run left. @default false */
  readonly fresh?: boolean | undefined;
  /** @default the machine's time, which can be moved */
  readonly clock?: StackClock | undefined;
  readonly onEvent?: LocalEventListener | undefined;
  /**
   * Where on this machine the origins live that are not of the stack, by their domain names:
   * `{ 'shop.example.com': 'http://127.0.0.1:8080' }`.
   *
   * @default none: such an origin is an error
   */
  readonly origins?: Readonly<Record<string, string>> | undefined;
  /** Names of the response headers that events of requests carry. @default none */
  readonly watchedHeaders?: readonly string[] | undefined;
  /**
   * One edge location, and invalidations and deployments that take effect at once.
   *
   * @default false: two edge locations, which an invalidation or a deployment reaches after seconds, as on AWS
   */
  readonly calm?: boolean | undefined;
  /** Decides how long each invalidation takes, and who is answered by which edge location. @default 1 */
  readonly seed?: number | undefined;
}

/** A synthesized stack that runs on this machine. */
export interface LocalStack {
  readonly stackName: string;
  /** `http://127.0.0.1:4400`: the distribution. The same port speaks https. */
  readonly siteUrl: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly clock: StackClock;
  readonly events: EventLog;
  /** `AWS_ENDPOINT_URL_S3` and its like, for an SDK client of one's own. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly bucketName: string;
  /** What is in each queue now. */
  queueDepths(): readonly QueueDepth[];
  /** By name of the queue. */
  readonly queueUrls: ReadonlyMap<string, string>;
  readonly functions: readonly StackFunction[];
  readonly distribution: LocalDistribution;
  /** Of all distributions, by id. */
  readonly distributionUrls: ReadonlyMap<string, string>;
  /** Makes the API for invalidations refuse the next calls. */
  readonly cloudFrontApi: Awaited<ReturnType<typeof startCloudFrontApi>>;
  /** The function whose construct path ends so, whatever the case. */
  function(id: string): StackFunction;
  /** The URL of the function whose construct path ends so. */
  functionUrl(id: string): string;
  /** The policies of the stack, and which of their permissions were needed so far. */
  readonly access: AccessControl;
  /** The text of the secret whose construct path ends so: on one machine, the user is on both sides. */
  secret(id: string): string;
  /**
   * Resolves when nothing works any more: no function, no poller with a message, no fetch of the edge behind a viewer's
   * back. Messages that wait for another try do not count, who sleeps does: on a clock that stands, somebody has to move
   * it. Rejects after five minutes of the machine's time, and names what still works and who sleeps.
   */
  settled(): Promise<void>;
  /**
   * Deploys another assembly of the stack, whose folder this is, while it runs. Resolves when CloudFormation would be done.
   * Unless the stack is calm, changes take effect after seconds of its clock: the code of a function before what depends
   * on it is changed, permissions and the edge at times of their own. What the assembly no longer has stays. Rejects when
   * it changes what cannot be changed on this machine while the stack runs.
   */
  deploy(assembly: string): Promise<void>;
  /** Calls `listener` whenever something may have come to rest; returns the function that ends it. */
  onChange(listener: () => void): () => void;
  stop(): Promise<void>;
}

const REGION = 'us-east-1';
const ACCOUNT_ID = '000000000000';

type Stop = () => Promise<void> | void;

/** Runs one stack of a cloud assembly: the template as it stands, the Lambda bundles as they would be uploaded. */
export async function runStack(options: RunStackOptions): Promise<LocalStack> {
  const assembly = await loadAssembly(options.assembly, options.stackName);
  const stops: Stop[] = [];
  const stop = once(() => stopAll(stops));
  try {
    return await startStack(assembly, options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startStack(
  assembly: StackAssembly,
  options: RunStackOptions,
  stops: Stop[],
  stop: () => Promise<void>,
): Promise<LocalStack> {
  const events = new EventLog();
  if (options.onEvent !== undefined) events.subscribe(options.onEvent);
  const changes = new Changes();
  events.subscribe(changes.tell);
  const { context, cloudFrontApi } = await createContext(assembly, options, { events, changes, stops });
  const idleWatch = new IdleWatch(context, changes);
  const creation = {
    types: resourceTypes,
    region: REGION,
    accountId: ACCOUNT_ID,
    parameters: options.parameters ?? {},
    readSecret: (id: string) => found(context.secrets.get(id), `no secret '${id}' in the stack`),
  };
  let created = await createResources(assembly, { ...creation, context });
  let deployments = 0;
  const deploy = async (folder: string): Promise<void> => {
    const { calm = false, seed = 1 } = options;
    const next = await loadAssembly(folder, assembly.stackName);
    const propagation = calm ? AT_ONCE : overTime(context.clock, seed, ++deployments);
    const changed = { ...context, assetPath: next.assetPath, propagation };
    created = await createResources(next, { ...creation, context: changed, before: created });
  };
  const site = found(context.sites[0], 'the stack has no distribution');
  return {
    stackName: assembly.stackName,
    siteUrl: site.url,
    get outputs() {
      return created.outputs;
    },
    clock: context.clock,
    events,
    endpoints: context.endpoints,
    bucketName: found([...context.buckets][0], 'the stack has no bucket'),
    queueDepths: () => context.server.queueDepths(),
    queueUrls: new Map([...context.queues.values()].map(({ name, url }) => [name, url])),
    functions: [...context.functions.values()],
    distribution: site.distribution,
    distributionUrls: context.distributionUrls,
    cloudFrontApi,
    access: context.access,
    function: (id) => functionById(context, id),
    functionUrl: (id) => found(context.functionUrls.get(functionById(context, id).arn), `'${id}' has no function URL`),
    secret: (id) => secretById(context, id),
    settled: () => idleWatch.settled(),
    deploy,
    onChange: (listener) => changes.subscribe(listener),
    stop,
  };
}

interface StackListeners {
  readonly events: EventLog;
  readonly changes: Changes;
  readonly stops: Stop[];
}

async function createContext(assembly: StackAssembly, options: RunStackOptions, listeners: StackListeners) {
  const { events, changes, stops } = listeners;
  const onEvent = events.add;
  const { dataDirectory, fresh = false, clock = new StackClock(), ports = {} } = options;
  const { calm = false, seed = 1, watchedHeaders = [] } = options;
  const directory = dataDirectory === undefined ? undefined : join(dataDirectory, assembly.stackName);
  const state = await LocalState.open(directory, { fresh });
  stops.push(state.keepClock(clock), () => state.close());
  const access = new AccessControl();
  const certificates = new Certificates(directory ?? (await temporaryFolder(stops)));
  // A function may run before there is a distribution, and Node warns of a file that is not there.
  await certificates.for('localhost', []);
  const server = await startObjectAndQueueServices({ clock, dataDirectory: directory, port: 0, onEvent, access });
  stops.push(() => server.stop(), server.onQueueChange(changes.tell));
  const distributions = new Map<string, LocalDistribution>();
  const cloudFrontApi = await startCloudFrontApi({ distributions, port: 0, clock, onEvent, access });
  stops.push(() => cloudFrontApi.stop());
  const context: StackContext = {
    stackName: assembly.stackName,
    region: REGION,
    accountId: ACCOUNT_ID,
    ports,
    clock,
    state,
    access,
    certificates,
    server,
    endpoints: {
      AWS_ENDPOINT_URL_S3: server.url,
      AWS_ENDPOINT_URL_SQS: server.url,
      AWS_ENDPOINT_URL_CLOUDFRONT: cloudFrontApi.url,
    },
    assetPath: assembly.assetPath,
    onEvent,
    onChange: changes.tell,
    propagation: AT_ONCE,
    edge: { calm, seed, watchedHeaders },
    onStop: (stop) => stops.push(stop),
    buckets: new Set(),
    queues: new Map(),
    mappings: new Map(),
    secrets: new Map(),
    secretsByPath: new Map(),
    functions: new Map(),
    functionUrls: new Map(),
    origins: new Map(Object.entries(options.origins ?? {})),
    edgeFunctions: new Map(),
    cachePolicies: new Map(),
    originRequestPolicies: new Map(),
    responseHeadersPolicies: new Map(),
    originAccessControls: new Map(),
    siteNames: new Map(),
    distributions,
    viewersDistribution: viewersDistributionOf(assembly.template),
    distributionUrls: new Map(),
    sites: [],
  };
  return { context, cloudFrontApi };
}

async function temporaryFolder(stops: Stop[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'local-stack-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Later resources use earlier ones: they end first. One that cannot end does not keep the others. */
async function stopAll(stops: readonly Stop[]): Promise<void> {
  const failures: unknown[] = [];
  for (const stop of [...stops].reverse()) {
    try {
      await stop();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'the local stack did not stop cleanly');
}

function functionById({ functions }: StackContext, id: string): StackFunction {
  const all = [...functions.values()];
  const match = all.find(({ constructPath }) => constructPath.toLowerCase().endsWith(id.toLowerCase()));
  const names = all.map(({ constructPath }) => constructPath).join(', ');
  return found(match, `no function '${id}' in the stack; it has ${names}`);
}

function secretById({ secretsByPath }: StackContext, id: string): string {
  const paths = [...secretsByPath.keys()];
  const match = paths.find((path) => path.toLowerCase().endsWith(id.toLowerCase()));
  return found(secretsByPath.get(match ?? ''), `no secret '${id}' in the stack; it has ${paths.join(', ')}`);
}

function found<Value>(value: Value | undefined, message: string): Value {
  if (value === undefined) throw new Error(message);
  return value;
}
