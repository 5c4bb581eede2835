import { describe, expect, test } from 'vitest';
import { openPages } from '../../../lambdas/shared/pages.ts';
import type { SiteSandbox } from '../../../lambdas/shared/sandbox.ts';
import type { SiteFetch } from '../../../lib/core/site.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { keyOf } from '../../fakes/world.ts';

const CONFIG = { bucket: 'b', deploymentId: '0123456789abcdef', trailingSlash: 'ignore', expiration: 60 } as const;

/** Renders with a site that answers so, and whose timers go off at once if it does not. */
function rendererOf(fetch: SiteFetch, limits: { readonly renderTimeoutMs: number; readonly jobTimeoutMs?: number }) {
  const sandbox: SiteSandbox = {
    environment: {},
    aws: () => Promise.reject(new Error('nothing is asked of AWS')),
    clock: new VirtualClock(),
    log: () => {},
    loadSite: async () => fetch,
    assetJson: (_name, whenAbsent) => () => whenAbsent,
    assetModule: () => Promise.reject(new Error('no module is loaded')),
    startTimer: (_milliseconds, act) => {
      const timer = setImmediate(() => setImmediate(act));
      return () => clearImmediate(timer);
    },
  };
  const pages = openPages({ ...CONFIG, ...limits }, sandbox);
  const { renderer } = pages.portsFor(
    async () => 'https://example.com',
    async () => {},
  );
  return (path: string) => renderer.render(keyOf(path));
}

describe('what the log says of a render that takes too long', () => {
  const never: SiteFetch = () => new Promise(() => {});

  test.each<[string, { renderTimeoutMs: number; jobTimeoutMs?: number }, string]>([
    [
      'while a viewer waits: the prop that bounds it, with its value, and what happens next',
      { renderTimeoutMs: 13_000, jobTimeoutMs: 30_000 },
      "rendering /slow took longer than 13000 ms, which is what 'originTimeout' (15000 ms) leaves while a viewer waits; " +
        "it is rendered in the background, where 'renderTimeout' allows 30000 ms. Raise 'originTimeout' if viewers shall wait longer",
    ],
    [
      'while a viewer waits, where both props bound it',
      { renderTimeoutMs: 5000, jobTimeoutMs: 5000 },
      "rendering /slow took longer than 5000 ms, look at what the page waits for, or raise 'renderTimeout', for viewers together with 'originTimeout'",
    ],
    [
      'in the background',
      { renderTimeoutMs: 30_000 },
      "rendering /slow took longer than 30000 ms, look at what the page waits for, or raise 'renderTimeout'",
    ],
  ])('%s', async (_name, limits, message) => {
    await expect(rendererOf(never, limits)('/slow')).rejects.toThrow(
      expect.objectContaining({ code: 'RENDER_TIMEOUT', message }),
    );
  });
});
