import type { SiteSandbox } from '../../../lambdas/shared/sandbox.ts';
import { type AwsCall, type AwsClient, type AwsResponse, withRetries } from '../../../lib/aws/client.ts';
import type { Environment } from '../../../lib/basics/environment.ts';
import type { Log } from '../../../lib/core/ports.ts';
import type { SiteFetch } from '../../../lib/core/site.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';

export interface SandboxOptions {
  readonly name: string;
  /** What runs in it: `serve` and so on. */
  readonly function: string;
  readonly environment: Environment;
  /** By name: what stands beside the bundle. */
  readonly assets: Readonly<Record<string, unknown>>;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  /** What AWS does with a call, and how long each way takes. */
  readonly aws: (call: AwsCall, from: SimulatedSandbox) => AwsResponse | 'connection lost';
  readonly network: (call: AwsCall, random: Random) => number;
  readonly siteFetch: (sandbox: SimulatedSandbox) => SiteFetch;
  readonly log: (from: SimulatedSandbox, ...line: Parameters<Log>) => void;
}

const PAUSE_CHANCE = 0.004;

/**
 * A process of Lambda: it may die wherever it waits, stands still between requests and sometimes within one, and has a
 * clock of its own.
 */
export class SimulatedSandbox implements SiteSandbox {
  readonly name: string;
  readonly function: string;
  readonly environment: Environment;
  readonly clock: SiteSandbox['clock'];
  readonly aws: AwsClient;
  readonly log: Log;
  readonly random: Random;
  state: 'idle' | 'busy' | 'dead' = 'idle';
  /** Since it started. */
  readonly costs = { renders: 0, messages: 0, calls: 0 };
  /** Told when it dies by itself. */
  onDeath: () => void = () => {};
  readonly #options: SandboxOptions;
  readonly #skewMs: number;
  readonly #crashChance: number;
  /** What came while it stood still. */
  #held: (() => void)[] = [];
  #pausedUntil = 0;
  #site: SiteFetch | undefined;

  constructor(options: SandboxOptions) {
    const { random, scheduler, weather } = options;
    this.#options = options;
    this.name = options.name;
    this.function = options.function;
    this.environment = options.environment;
    this.random = random;
    this.#skewMs = weather.has('clocks-are-skewed') && random.chance(0.5) ? random.between(-240_000, 240_000) : 0;
    // What it leaves half done matters most.
    this.#crashChance = weather.crashChance * (options.function === 'revalidate' ? 3 : 1);
    this.clock = {
      now: () => Math.floor(scheduler.now) + this.#skewMs,
      sleep: (milliseconds) => new Promise((resolve) => this.after(milliseconds, resolve)),
    };
    this.aws = withRetries((call) => this.#send(call), this.clock.sleep);
    this.log = (...line) => options.log(this, ...line);
  }

  readonly loadSite = async (): Promise<SiteFetch> => {
    this.#site ??= this.#options.siteFetch(this);
    return this.#site;
  };

  readonly assetJson =
    <T>(name: string, whenAbsent: T) =>
    (): T =>
      (this.#options.assets[name] as T | undefined) ?? whenAbsent;

  readonly assetModule = async <T>(name: string): Promise<T> => {
    const found = this.#options.assets[name];
    if (found === undefined) throw new Error(`there is no ${name} beside the bundle`);
    return found as T;
  };

  readonly startTimer = (milliseconds: number, act: () => void): (() => void) => {
    let isStopped = false;
    const stop = this.after(milliseconds, () => {
      if (!isStopped) act();
    });
    return () => {
      isStopped = true;
      stop();
    };
  };

  /** Runs the handler, from now on and until `end`. */
  begin(): void {
    this.state = 'busy';
    const held = this.#held;
    this.#held = [];
    for (const act of held) this.#options.scheduler.after(0, () => this.#deliver(act));
  }

  end(): void {
    if (this.state === 'busy') this.state = 'idle';
  }

  kill(): void {
    this.state = 'dead';
    this.#held = [];
  }

  after(milliseconds: number, act: () => void): () => void {
    return this.#options.scheduler.after(milliseconds, () => this.#deliver(act));
  }

  /** Code of the sandbox goes on: unless it is dead, and not while it stands still. */
  #deliver(act: () => void): void {
    const { scheduler, weather } = this.#options;
    if (this.state === 'dead') return;
    if (this.state === 'idle') {
      this.#held.push(act);
      return;
    }
    if (this.#pausedUntil > scheduler.now) {
      scheduler.after(this.#pausedUntil - scheduler.now, () => this.#deliver(act));
      return;
    }
    if (weather.has('sandboxes-crash') && this.random.chance(this.#crashChance)) {
      this.kill();
      this.onDeath();
      return;
    }
    if (weather.has('sandboxes-freeze') && this.random.chance(PAUSE_CHANCE)) {
      this.#pausedUntil = scheduler.now + this.random.between(100, 20_000);
      scheduler.after(this.#pausedUntil - scheduler.now, () => this.#deliver(act));
      return;
    }
    act();
  }

  /** What matters most is what a revalidation leaves behind that has stored a page and purged nothing yet. */
  #isCutOffBy({ method, path }: AwsCall): boolean {
    const isStoring = this.function === 'revalidate' && method === 'PUT' && path.includes('/deployments/');
    if (!isStoring || this.state === 'dead' || !this.#options.weather.has('sandboxes-crash')) return false;
    return this.random.fork(`call ${this.costs.calls}`).chance(0.3);
  }

  #send(call: AwsCall): Promise<AwsResponse> {
    const { scheduler, aws, network } = this.#options;
    this.costs.calls++;
    if (call.headers?.['x-amz-target'] === 'AmazonSQS.SendMessage') this.costs.messages++;
    return new Promise((resolve, reject) => {
      scheduler.after(network(call, this.random), () => {
        // What was sent arrives, even if its sender is dead by now.
        const answer = aws(call, this);
        if (this.#isCutOffBy(call)) {
          this.kill();
          this.onDeath();
          return;
        }
        this.after(network(call, this.random), () => {
          if (answer === 'connection lost') reject(new Error('the connection failed'));
          else resolve(answer);
        });
      });
    });
  }
}
