import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroConfig } from 'astro';
// By its name, an older Astro that has none would fail before we can say that it is too old.
import * as astro from 'astro/config';
import type { Manifest } from '../build/manifest.ts';

const SOURCE = /\.(?:astro|[cm]?[jt]sx?|mdx?|svelte|vue)$/;
const WORD = /\bsession\b/;
const DAY_SECONDS = 86_400;
/** Of sessions that neither `ttl` nor their cookie ends. */
const DEFAULT_RETENTION_SECONDS = 31 * DAY_SECONDS;
const ENTRYPOINT = 'cdk-isr/astro/session';

/**
 * What the Astro config should say of sessions; `undefined`: nothing, since the user chose a store, wants none, or uses
 * none. A driver brings Astro's session code into the server, which a site without sessions need not load.
 */
export function sessionConfigFor(config: AstroConfig, command: string): AstroConfig['session'] | undefined {
  const { session } = config;
  if (session === false || session?.driver !== undefined) return undefined;
  const options = { cookie: session?.cookie, ttl: session?.ttl };
  if (command === 'dev') {
    return {
      ...options,
      driver: astro.sessionDrivers.fsLite({ base: fileURLToPath(new URL('sessions', config.cacheDir)) }),
    };
  }
  const isUsed = session !== undefined || namesSessions(fileURLToPath(config.srcDir));
  return isUsed ? { ...options, driver: { entrypoint: ENTRYPOINT } } : undefined;
}

/** What the stack has to know to keep sessions; absent where it keeps none. */
export function sessionsOf({ session }: AstroConfig): Pick<Manifest, 'sessions'> {
  if (session === false || session === undefined) return {};
  const { driver, ttl, cookie } = session;
  if (typeof driver !== 'object' || driver.entrypoint !== ENTRYPOINT) return {};
  const maxAge = typeof cookie === 'object' && 'maxAge' in cookie ? cookie.maxAge : undefined;
  const longest = Math.ceil(Math.max(ttl ?? 0, maxAge ?? 0));
  return { sessions: { retentionSeconds: longest > 0 ? longest : DEFAULT_RETENTION_SECONDS } };
}

function namesSessions(folder: string): boolean {
  return sourcesIn(folder).some((file) => WORD.test(readFileSync(file, 'utf8')));
}

function sourcesIn(folder: string): string[] {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    return files
      .filter((each) => each.isFile() && SOURCE.test(each.name))
      .map((each) => join(each.parentPath, each.name));
  } catch {
    // A site may have no sources of its own: its integrations bring all pages.
    return [];
  }
}
