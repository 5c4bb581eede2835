import type { StackClock } from '../clock.ts';
import type { LocalEventListener } from '../events.ts';

export interface LambdaFunctionOptions {
  readonly name: string;
  readonly arn: string;
  /** As in the template: `index.handler`. */
  readonly handler: string;
  readonly codeDirectory: string;
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  /** The function's own variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** What only the local stack adds: `AWS_ENDPOINT_URL_S3` and its like. */
  readonly platformEnvironment: Readonly<Record<string, string>>;
  /**
   * By name, the port of this machine that answers https under it. Asked when a sandbox starts.
   *
   * @default none
   */
  readonly ownNames?: (() => ReadonlyMap<string, number>) | undefined;
  /** With which the handlers sign: it stands for the function's role. @default 'local', a key that may do everything */
  readonly accessKeyId?: string | undefined;
  /** @default no limit but `maximumSandboxes` */
  readonly reservedConcurrency?: number | undefined;
  /** Invocations beyond this many at once wait. @default 10 */
  readonly maximumSandboxes?: number | undefined;
  /** @default 10,000, as on Lambda */
  readonly initTimeoutMs?: number | undefined;
  readonly clock: StackClock;
  readonly onEvent?: LocalEventListener | undefined;
  /** Called when `working` may have changed. */
  readonly onChange?: (() => void) | undefined;
}
