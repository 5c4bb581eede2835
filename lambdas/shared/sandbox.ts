import type { AwsClient } from '../../lib/aws/client.ts';
import type { Environment } from '../../lib/basics/environment.ts';
import type { Clock, Log } from '../../lib/core/ports.ts';
import type { StartTimer } from '../../lib/core/render-page.ts';
import type { SiteFetch } from '../../lib/core/site.ts';

/**
 * All that a function reaches outside of itself. It keeps nothing in its module between requests, so one process can
 * hold several sandboxes of it.
 */
export interface Sandbox {
  readonly environment: Environment;
  readonly aws: AwsClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sandbox of a function that runs the site. */
export interface SiteSandbox extends Sandbox {
  /** The build's server bundle, loaded when it is first asked for: a hit never does. */
  readonly loadSite: () => Promise<SiteFetch>;
  /** Reads a file that the construct writes beside the bundle, once, when it is first asked for. */
  readonly assetJson: <T>(name: string, whenAbsent: T) => () => T;
  /** A module that the construct copies beside the bundle, loaded when it is first asked for. */
  readonly assetModule: <T>(name: string) => Promise<T>;
  readonly startTimer: StartTimer;
}
