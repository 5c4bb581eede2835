import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IsrError } from '../basics/errors.ts';

/** Older ones cannot stream one route and wait for another, or have no route caching. */
const OLDEST = { major: 7, minor: 2 };

/** The version of Astro that the project in `root` has. */
export function astroVersionOf(root: URL): string {
  const { version } = createRequire(root)('astro/package.json') as { readonly version: string };
  return version;
}

/**
 * The package takes any Astro as a peer: npm's own refusal (ERESOLVE) would not say what to do.
 *
 * @throws IsrError INVALID_CONFIGURATION
 */
export function requireSupportedAstro(root: URL): void {
  const version = astroVersionOf(root);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  const place = dirname(createRequire(root).resolve('astro/package.json'));
  throw new IsrError(
    'INVALID_CONFIGURATION',
    `cdk-isr/astro needs Astro ${OLDEST.major}.${OLDEST.minor} or newer, but the one of '${fileURLToPath(root)}' is ` +
      `${version} (in '${place}'); run \`npx @astrojs/upgrade\``,
  );
}
