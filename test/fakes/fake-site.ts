import type { SiteResponse } from '../../lib/core/page/page.ts';
import type { PageKey } from '../../lib/core/page/page-key.ts';
import type { Clock, Renderer } from '../../lib/core/ports.ts';
import type { CacheHint } from '../../lib/core/site.ts';

export interface FakeResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly hint?: CacheHint | false;
}

/** A site whose response, duration and failure a test decides. Each render takes the response as it is at its begin. */
export class FakeSite implements Renderer {
  readonly renders: PageKey[] = [];
  response: FakeResponse | ((key: PageKey) => FakeResponse) = { body: '<h1>one</h1>' };
  milliseconds = 0;
  failure: Error | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async render(key: PageKey): Promise<SiteResponse> {
    this.renders.push(key);
    const { failure } = this;
    const {
      status = 200,
      headers = {},
      body = '',
      hint,
    } = typeof this.response === 'function' ? this.response(key) : this.response;
    if (this.milliseconds > 0) await this.#clock.sleep(this.milliseconds);
    if (failure !== undefined) throw failure;
    return {
      status,
      headers: new Headers({ 'content-type': 'text/html', ...headers }),
      body: Buffer.from(body),
      hint,
    };
  }
}
