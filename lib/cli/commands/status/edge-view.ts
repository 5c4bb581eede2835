import { reasonOf } from '../../../basics/errors.ts';
import { FailedCommand } from '../../terminal/command.ts';

/** What one GET through the edge showed. */
export interface EdgeView {
  readonly status: number;
  readonly milliseconds: number;
  readonly bytes: number;
  /** By lower-case name: those of `SHOWN_HEADERS` that the response has. */
  readonly headers: Readonly<Record<string, string>>;
}

export const SHOWN_HEADERS = ['x-cache', 'age', 'x-isr-cache', 'cache-status', 'etag', 'cache-control', 'location'];

const PATIENCE_MS = 60_000;

export async function askEdge(url: string, stopSignal: AbortSignal): Promise<EdgeView> {
  const begun = performance.now();
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { 'user-agent': 'isr status' },
      signal: AbortSignal.any([stopSignal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const bytes = (await response.arrayBuffer()).byteLength;
    const shown = SHOWN_HEADERS.map((name) => [name, response.headers.get(name)] as const);
    return {
      status: response.status,
      milliseconds: Math.round(performance.now() - begun),
      bytes,
      headers: Object.fromEntries(shown.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    throw new FailedCommand(`${url} cannot be reached: ${cause?.code ?? reasonOf(error)}`, { cause: error });
  }
}
