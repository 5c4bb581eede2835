import { hash } from 'node:crypto';
import { IsrError } from '../basics/errors.ts';
import type { LedgerSummary } from './ledger/ledger-summary.ts';
import type { SiteResponse } from './page/page.ts';
import type { PageKey } from './page/page-key.ts';
import { type Storability, storabilityOf } from './policy/storability.ts';
import type { Clock, Renderer } from './ports.ts';

export interface Rendering {
  readonly response: SiteResponse;
  readonly storability: Storability;
}

export interface RenderOptions {
  /** Seconds for which a page stays fresh that does not say so itself; `false`: until it is revalidated. */
  readonly defaultExpiration: number | false;
  /** Whether a job may take longer to render a page than we may. @default false */
  readonly jobsMayTakeLonger?: boolean;
}

export interface RenderPorts {
  readonly renderer: Renderer;
  readonly clock: Clock;
}

/** `ledger` must have been read before the call: a revalidation during the render then counts as newer than the page. */
export async function renderPage(
  pageKey: PageKey,
  ledger: LedgerSummary,
  { defaultExpiration }: RenderOptions,
  { clock, renderer }: RenderPorts,
): Promise<Rendering> {
  const renderedAt = clock.now();
  const response = await renderer.render(pageKey);
  const bodyHash = hash('sha256', response.body);
  const ledgerId = ledger.id === undefined ? {} : { ledgerId: ledger.id };
  const origin = { pageKey, renderedAt, ledgerSequence: ledger.sequence, ...ledgerId, bodyHash };
  return { response, storability: storabilityOf(response, origin, defaultExpiration) };
}

/** Calls `act` after so many milliseconds, unless the function that it returns is called before. */
export type StartTimer = (milliseconds: number, act: () => void) => () => void;

export interface RenderLimit {
  readonly milliseconds: number;
  /** What to do about a render that takes longer: the end of a sentence. */
  readonly advice: string;
}

/** Rejects with RENDER_TIMEOUT once the limit is reached, and tells the work so by its signal. */
export async function withinTime<T>(
  { milliseconds, advice }: RenderLimit,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  startTimer: StartTimer,
): Promise<T> {
  const controller = new AbortController();
  let stopTimer = (): void => {};
  const timeout = new Promise<never>((_, reject) => {
    stopTimer = startTimer(milliseconds, () => {
      const error = new IsrError('RENDER_TIMEOUT', `rendering ${what} took longer than ${milliseconds} ms, ${advice}`);
      controller.abort(error);
      reject(error);
    });
  });
  try {
    return await Promise.race([work(controller.signal), timeout]);
  } finally {
    stopTimer();
  }
}
