import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { AwsCall, AwsResponse } from '../../lib/aws/client.ts';
import type { SiteFetch } from '../../lib/core/site.ts';
import { Bucket } from './aws/bucket.ts';
import { Distribution } from './aws/distribution.ts';
import type { EdgeScripts } from './aws/edge-scripts.ts';
import { SimulatedFunction } from './aws/lambda.ts';
import { Poller } from './aws/poller.ts';
import { Queue } from './aws/queue.ts';
import { SimulatedSandbox } from './aws/sandbox.ts';
import { CopyChecks } from './checks/copy-checks.ts';
import { RenderChecks } from './checks/render-checks.ts';
import { Checker } from './checks/revalidation-checks.ts';
import { StoreChecks } from './checks/store-checks.ts';
import { Cms, SETTLE_SECONDS } from './cms.ts';
import { type DeploymentCode, deploymentCode, JOB_QUEUE, PURGE_QUEUE, writeAddress } from './deployment.ts';
import { Random } from './random.ts';
import { TOKEN, type UrlAnswer, type UrlRequest } from './requests.ts';
import { Scheduler } from './scheduler.ts';
import { createPages, Site } from './site.ts';
import { type Fault, Weather } from './weather.ts';
import { WEBHOOK_ASSETS } from './webhooks.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly faults: ReadonlySet<Fault>;
  readonly scripts: EdgeScripts;
  /** Called with each thing that happens, when somebody reads along. */
  readonly trace: ((line: string) => void) | undefined;
}

/** Everything: AWS, the functions, the site, and who holds them to their word. */
export class World {
  readonly scheduler = new Scheduler();
  readonly random: Random;
  readonly weather: Weather;
  readonly cms: Cms;
  readonly site: Site;
  readonly checker: Checker;
  readonly storeChecks: StoreChecks;
  readonly renderChecks: RenderChecks;
  readonly copyChecks: CopyChecks;
  readonly bucket: Bucket;
  readonly jobs: Queue;
  readonly purges: Queue;
  readonly distribution: Distribution;
  readonly allowQuery: readonly string[];
  readonly serve: SimulatedFunction<UrlRequest, UrlAnswer>;
  readonly live: SimulatedFunction<UrlRequest, UrlAnswer>;
  readonly revalidate: SimulatedFunction<UrlRequest, UrlAnswer>;
  readonly render: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly purge: SimulatedFunction<SQSEvent, SQSBatchResponse>;
  readonly scripts: EdgeScripts;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #codes = new Map<string, DeploymentCode>();
  readonly #cmsRandom: Random;
  #sandboxes = 0;
  /** The function whose call takes effect. */
  #caller = '';

  constructor({ seed, faults, scripts, trace }: WorldOptions) {
    this.#trace = trace;
    this.scripts = scripts;
    this.random = new Random(seed);
    this.#cmsRandom = this.random.fork('cms');
    this.weather = new Weather(faults);
    this.weather.crashChance = this.random.pick([0.004, 0.02]);
    const { pages, contents } = createPages(this.random.fork('site'));
    this.cms = new Cms(contents, (arrive) => this.#deliver(arrive));
    this.site = new Site(pages, this.cms);
    this.checker = new Checker(this.scheduler, this.site, this.cms, this.weather, (name) =>
      this.distribution.purgedAt(name),
    );
    this.storeChecks = new StoreChecks(this.checker, this.site, () => this.bucket, TOKEN);
    this.renderChecks = new RenderChecks(this.checker, {
      scheduler: this.scheduler,
      bucket: () => this.bucket,
      store: this.storeChecks,
      weather: this.weather,
    });
    this.bucket = new Bucket((change) => {
      if (trace !== undefined) this.say('s3', `${change.kind} ${change.key}`);
      this.storeChecks.changed(change, this.#caller, this.scheduler.now);
      if (this.#caller === 'revalidate' && change.kind === 'put') this.copyChecks.revalidated(change.key);
      if (!change.key.startsWith('_isr/ledger')) return;
      this.renderChecks.ledgerWritten();
      // What is revalidated once more is noted without a request.
      if (this.#caller === 'purge') this.renderChecks.revalidationMoved(this.site.pages);
    });
    this.copyChecks = new CopyChecks(this);
    this.allowQuery = this.random.chance(0.3) ? ['page'] : [];
    // As in lib/constructs/site-queues.ts, for the functions' default timeouts.
    this.jobs = this.#queue(JOB_QUEUE, { isFifo: true, visibilityMs: 270_000, maxReceiveCount: 3 });
    this.purges = this.#queue(PURGE_QUEUE, { isFifo: false, visibilityMs: 180_000, maxReceiveCount: 100 });
    const code = this.codeOf('a1');
    this.serve = this.#function('serve', code.serve, 30);
    this.live = this.#function('live', code.live, 30);
    this.revalidate = this.#function('revalidate', code.revalidate, 300);
    this.render = this.#function('render', code.render, 45);
    this.purge = this.#function('purge', code.purge, 30);
    this.distribution = new Distribution(this, code);
    // The first deployment writes it last.
    const firstMs = this.weather.has('address-is-spoilt') ? this.random.between(0, 60_000) : 0;
    this.scheduler.after(firstMs, () => writeAddress(this.bucket));
    new Poller(this, this.jobs, this.render, {
      name: JOB_QUEUE,
      batchSize: 1,
      concurrency: this.random.between(2, 5),
    });
    new Poller(this, this.purges, this.purge, { name: PURGE_QUEUE, batchSize: 10, concurrency: 2 });
  }

  say(who: string, what: string): void {
    this.#trace?.(`${((this.scheduler.now % 86_400_000) / 1000 - 43_200).toFixed(3)} ${who}: ${what}`);
  }

  get isTraced(): boolean {
    return this.#trace !== undefined;
  }

  /** Milliseconds of one way of a call. */
  latency(random: Random): number {
    const dice = random.next();
    if (dice < 0.85) return random.between(1, 25);
    if (dice < 0.98) return random.between(25, 300);
    return this.weather.has('s3-is-slow') ? random.between(300, 12_000) : random.between(300, 900);
  }

  /** Whether by the first location of the CMS's CDN or the last. */
  #deliver(arrive: () => void): void {
    if (this.weather.has('cms-is-late')) {
      this.scheduler.after(this.#cmsRandom.between(0, SETTLE_SECONDS * 1000), arrive);
    } else {
      arrive();
    }
  }

  codeOf(id: string): DeploymentCode {
    const known = this.#codes.get(id);
    if (known !== undefined) return known;
    const code = deploymentCode(id, this.allowQuery, (name, deployment, environment) =>
      this.#sandbox(name, deployment, environment),
    );
    this.#codes.set(id, code);
    return code;
  }

  #sandbox(name: string, deployment: string, environment: Readonly<Record<string, string>>): SimulatedSandbox {
    const full = `${name}#${this.#sandboxes++} (${deployment})`;
    return new SimulatedSandbox({
      name: full,
      function: name,
      environment,
      assets: WEBHOOK_ASSETS,
      scheduler: this.scheduler,
      random: this.random.fork(full),
      weather: this.weather,
      aws: (call, from) => this.#aws(call, from),
      network: (_call, random) => this.latency(random),
      siteFetch: (sandbox) => this.#siteFetch(deployment, sandbox),
      log: (from, level, message, details) => {
        const line = `${message} ${details === undefined ? '' : JSON.stringify(details)}`;
        if (line.includes(TOKEN)) this.checker.violate(9, `${from.name} logged the token: ${line}`);
        if (this.isTraced) this.say(from.name, `${level}: ${line}`);
      },
    });
  }

  #siteFetch(deployment: string, sandbox: SimulatedSandbox): SiteFetch {
    const { random } = sandbox;
    const { weather } = this;
    return this.site.fetchOf(
      deployment,
      sandbox.clock.sleep,
      {
        delays: () => {
          const most = weather.has('renders-are-slow') && random.chance(0.2) ? 15_000 : 300;
          return [random.between(1, most), random.between(1, most)];
        },
        outcome: () => {
          if (weather.has('renders-fail') && random.chance(0.1)) return random.chance(0.5) ? 'throw' : 'error-page';
          return weather.has('renders-hang') && random.chance(0.03) ? 'hang' : 'answer';
        },
        isEarly: () => weather.has('cms-is-late') && random.chance(0.2),
      },
      {
        began: (page, request) => {
          if (this.isTraced) this.say(sandbox.name, `renders ${request.url}`);
          sandbox.costs.renders++;
          this.storeChecks.renderBegan(deployment, page.path, sandbox.clock.now(), this.scheduler.now);
          this.renderChecks.began(page, request, { deployment, function: sandbox.function });
        },
        ended: (_, request, outcome) => {
          if (this.isTraced) this.say(sandbox.name, `rendered ${request.url}: ${outcome}`);
          this.renderChecks.ended(request, deployment);
        },
      },
    );
  }

  #aws(call: AwsCall, { name, random, function: caller }: SimulatedSandbox): AwsResponse | 'connection lost' {
    const { weather } = this;
    const refuses = call.service === 's3' ? 's3-refuses' : 'sqs-refuses';
    const loses = call.service === 's3' ? 's3-loses-answers' : 'sqs-loses-answers';
    const short = `${call.method} ${call.headers?.['x-amz-target'] ?? call.path}`;
    if (call.service !== 'cloudfront' && weather.has(refuses) && random.chance(0.1)) {
      if (this.isTraced) this.say(name, `${short} is refused`);
      return { status: 503, headers: {}, body: Buffer.alloc(0) };
    }
    this.#caller = caller;
    const answer = this.#service(call, random);
    this.#caller = '';
    if (this.isTraced) this.say(name, `${short} ${answer.status}`);
    if (call.service === 'cloudfront' || !weather.has(loses) || !random.chance(0.1)) return answer;
    if (this.isTraced) this.say(name, `${short}: its answer is lost`);
    return random.chance(0.5) ? 'connection lost' : { status: 503, headers: {}, body: Buffer.alloc(0) };
  }

  #service(call: AwsCall, random: Random): AwsResponse {
    if (call.service === 's3') return this.bucket.call(call);
    if (call.service === 'cloudfront') return this.distribution.call(call, random);
    const body = String(call.body);
    if (body.includes(TOKEN)) this.checker.violate(9, `a message holds the token: ${body}`);
    const { QueueUrl } = JSON.parse(body) as { QueueUrl: string };
    return (QueueUrl === JOB_QUEUE ? this.jobs : this.purges).call(call);
  }

  #queue(name: string, options: ConstructorParameters<typeof Queue>[2]): Queue {
    const queue = new Queue(this.scheduler, this.random.fork(name), options);
    queue.mayDuplicate = this.weather.has('sqs-duplicates');
    return queue;
  }

  #function<E, T>(
    name: string,
    code: ConstructorParameters<typeof SimulatedFunction<E, T>>[0],
    timeoutSeconds: number,
  ): SimulatedFunction<E, T> {
    return new SimulatedFunction(code, {
      timeoutMs: timeoutSeconds * 1000,
      isDown: () => this.weather.outage === 'all' || this.weather.outage === name,
      scheduler: this.scheduler,
      random: this.random.fork(name),
      weather: this.weather,
    });
  }
}
