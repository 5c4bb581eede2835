import { ownValue } from '../../lib/basics/own-value.ts';
import { percentDecode } from '../../lib/basics/percent-encoding.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import type { ImageConfig } from '../../lib/handover/image-config.ts';
import type { Refusal } from '../../lib/images/image-request.ts';
import type { ImageService } from '../../lib/images/image-service.ts';
import type { SourceKind } from '../../lib/images/lifetime.ts';
import type { ImagePorts } from '../../lib/images/ports.ts';
import { fetchRemote, MAX_SOURCE_BYTES } from '../../lib/images/remote-source.ts';

export interface SourceOptions {
  readonly bucket: Bucket;
  readonly deploymentId: string;
  readonly config: () => ImageConfig;
  readonly service: () => Promise<ImageService>;
  readonly runtimeApi: string | undefined;
}

/** Without empty segments, and none that leads out of its folder. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const PLAIN_PATH = /^(?:\/(?!\.{0,2}(?:\/|$))[^/\\\x00-\x1f\x7f]+)+$/;
const FETCH_TIMEOUT_MS = 10_000;

/** Files of the site from the bucket, all else from where it is. */
export function createSources(options: SourceOptions): ImagePorts['sources'] {
  return {
    kindOf(href) {
      if (!href.startsWith('/') || href.startsWith('//')) return 'remote';
      const key = keyOf(href, options);
      return typeof key === 'string' ? kindOfKey(key) : key;
    },
    async fetch(href, kind, etag) {
      if (kind !== 'remote') return readFile(href, options);
      const rules = await options.service();
      return fetchRemote(href, etag, { rules, timeoutMs: FETCH_TIMEOUT_MS, forbiddenHost: options.runtimeApi });
    },
  };
}

async function readFile(href: string, options: SourceOptions): ReturnType<ImagePorts['sources']['fetch']> {
  const key = keyOf(href, options);
  if (typeof key !== 'string') return key;
  const object = await options.bucket.get(key);
  if (object === undefined) return noFile(href);
  if (object.body.byteLength > MAX_SOURCE_BYTES) {
    return { status: 413, problem: `${href} has more than ${MAX_SOURCE_BYTES / 1024 / 1024} MB` };
  }
  return { kind: 'bytes', bytes: object.body, headers: new Headers() };
}

function kindOfKey(key: string): SourceKind {
  return key.startsWith('assets/') ? 'hashed' : 'own';
}

/** The key of a hashed file, or of an image that the build has. Nothing that was rendered is a source. */
function keyOf(href: string, { deploymentId, config }: SourceOptions): string | Refusal {
  const { rules, files } = config();
  const path = percentDecode(href) ?? href;
  if (!PLAIN_PATH.test(path)) return { status: 400, problem: `'${href.slice(0, 100)}' is not the path of a file` };
  if (href.startsWith(rules.assets)) return `assets${path}`;
  const key = ownValue(files, path);
  return key === undefined ? noFile(href) : `deployments/${deploymentId}/${key}`;
}

function noFile(href: string): Refusal {
  return { status: 404, problem: `the site has no image at ${href.slice(0, 200)}` };
}
