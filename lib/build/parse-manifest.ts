import {
  anyString,
  type Check,
  type Fields,
  fieldsOf,
  integerBetween,
  listOf,
  matching,
  objectOf,
  oneOf,
  optional,
  recordOf,
  text,
  trueOrFalse,
  withDefault,
} from '../basics/checks.ts';
import { IsrError, reasonOf } from '../basics/errors.ts';
import { show } from '../basics/fault.ts';
import { Faults } from '../basics/faults.ts';
import { ONE_YEAR_SECONDS } from '../core/policy/freshness.ts';
import type { OutputFolder } from './client-files.ts';
import { expiration } from './isr-options.ts';
import { CONTRACT_VERSION, type Manifest, type ManifestImages, type PrerenderedPage } from './manifest.ts';

const REMEDY = 'build the site again';

/** Reads the manifest in `json`. Errors name `file`. Unknown fields are ignored, so that a newer build can add some. */
export function parseManifest(json: string, file: string): Manifest {
  const faults = new Faults('the manifest');
  const given = faults.in(parseJson(json, file));
  const fields = fieldsOf(given, 'a JSON object');
  if (fields !== undefined) checkVersion(fields, file);
  const manifest = fields && readManifest(given);
  return faults.accept(manifest, 'BUILD_MALFORMED', (sentences) => `${sentences}; ${REMEDY} (in '${file}')`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IsrError('BUILD_MALFORMED', `'${file}' is not JSON: ${reasonOf(cause)}; ${REMEDY}`, { cause });
  }
}

/** This comes first: in a manifest of another version, other faults mean nothing. */
function checkVersion({ version }: Fields, file: string): void {
  if (version === CONTRACT_VERSION) return;
  throw new IsrError(
    'BUILD_VERSION_UNSUPPORTED',
    `'${file}' has contract version ${show(version)}, this cdk-isr reads version ${CONTRACT_VERSION}; ` +
      `use the same version of cdk-isr for building and deploying, then ${REMEDY}`,
  );
}

const absolute = matching(/^\//, "a path that begins with '/'");

const origin: Check<string | null> = (given) => {
  const { value } = given;
  if (value === null) return null;
  if (typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value) return value;
  return given.mustBe("an origin such as 'https://example.com' or null");
};

const redirectStatus: Check<number> = (given) => {
  const { value } = given;
  return typeof value === 'number' && value >= 300 && value <= 399 ? value : given.mustBe('a redirect status');
};

// The file is read from disk at deploy time, so it must not be outside of client/.
const clientFile: Check<string> = (given) => {
  const file = anyString(given);
  if (file === undefined) return undefined;
  const isInside = !/^[/\\]|^[A-Za-z]:/.test(file) && !file.split(/[/\\]/).includes('..');
  return isInside ? file : given.mustBe('a path relative to client/');
};

export const prerenderedPage = objectOf<PrerenderedPage>({
  path: absolute,
  file: clientFile,
  headers: recordOf(anyString),
});

export const sessions = objectOf<NonNullable<Manifest['sessions']>>({
  retentionSeconds: integerBetween(1, 10 * ONE_YEAR_SECONDS),
});

const images = objectOf<ManifestImages>({
  path: absolute,
  version: matching(/^[0-9a-f]{16}$/, '16 hex digits'),
  parameters: listOf(anyString),
  widths: listOf(integerBetween(1, 16_383)),
  minimumTtlSeconds: integerBetween(0, ONE_YEAR_SECONDS),
  contentSecurityPolicy: anyString,
});

const readManifest = objectOf<Manifest>({
  version: () => CONTRACT_VERSION,
  deploymentId: matching(/^[0-9a-f]{16}$/, '16 hex digits'),
  contentHash: optional(matching(/^[0-9a-f]{64}$/, 'a SHA-256 hash in hex')),
  output: optional(objectOf<OutputFolder>({ directory: clientFile, others: listOf(clientFile) })),
  framework: objectOf({ name: anyString, version: anyString }),
  site: origin,
  base: absolute,
  trailingSlash: oneOf('always', 'never', 'ignore'),
  hasHtmlEndings: optional(trueOrFalse),
  assetsFolder: anyString,
  // Builds of older versions do not say it: all of them store pages.
  storesPages: withDefault(trueOrFalse, true),
  isr: objectOf<Manifest['isr']>({
    expiration,
    allowQuery: listOf(anyString),
    tokenHashes: listOf(matching(/^[0-9a-f]{64}$/, 'a SHA-256 hash in hex')),
    warm: optional((given) => (given.value === 'sitemap' ? given.value : listOf(absolute)(given))),
  }),
  maxDurationSeconds: optional(integerBetween(1, 120)),
  sessions: optional(sessions),
  live: listOf(absolute),
  redirects: listOf(objectOf({ from: absolute, to: text, status: redirectStatus })),
  prerendered: listOf(prerenderedPage),
  files: listOf(clientFile),
  images: optional(images),
});
