import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = process.env.ISR_CHROMIUM ?? '/usr/bin/chromium';

/** Why tests in a browser cannot run here; `undefined` when they can. */
export const whyNoBrowser = existsSync(PATH)
  ? undefined
  : `there is no ${PATH}; install Debian's chromium, or name another by ISR_CHROMIUM`;

if (whyNoBrowser !== undefined) {
  // Where the browser is promised, a test that is skipped would go unnoticed.
  if (process.env.ISR_REQUIRE_BROWSER === '1') throw new Error(`ISR_REQUIRE_BROWSER is set, and ${whyNoBrowser}`);
  console.warn(`tests in a browser are skipped: ${whyNoBrowser}`);
}

/** A browser that asks for nothing but what the test opens. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      // Needs namespaces that containers do not give; nothing is opened but this machine's own pages.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
