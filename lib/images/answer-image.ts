import { reasonOf } from '../basics/errors.ts';
import { coarse, type ImageRequest, queryOf, type Refusal } from './image-request.ts';
import type { MadeImage } from './image-service.ts';
import { imageCacheControl, type SourceKind, secondsToKeep } from './lifetime.ts';
import type { ImagePorts, ImageSource, StoredVariant, Variant } from './ports.ts';

export interface AnsweredImage extends MadeImage {
  /** Absent when it could not be stored. */
  readonly etag: string | undefined;
  readonly cacheControl: string;
  readonly outcome: 'HIT' | 'MISS' | 'STALE' | 'REVALIDATED';
}

/** After that, each further variant of a source is one of few. A page shows a source in tens of them at most. */
export const MAX_VARIANTS = 200;
/** For how long an image is kept that could not be asked about. */
const STALE_SECONDS = 60;
/** Of a variant of another site's image when S3 sends it by itself: S3 cannot know whether it expired. */
const REMOTE_FAIL_OVER = 'public, max-age=0, s-maxage=60';

/** The stored variant while it is fresh; else one that is made from the source, and stored. */
export async function answerImage(wanted: ImageRequest, ports: ImagePorts): Promise<AnsweredImage | Refusal> {
  const kind = ports.sources.kindOf(wanted.href);
  if (typeof kind !== 'string') return kind;
  const { request, stored } = await lookUp(wanted, ports);
  if (stored !== undefined && isFresh(stored, ports)) return answered(stored, kind, 'HIT', ports);
  const source = await ports.sources.fetch(request.href, kind, stored?.sourceEtag);
  if ('problem' in source) return stored === undefined ? source : stale(stored, source, ports);
  if (source.kind === 'bytes') return makeFrom(source.bytes, source, request, kind, ports);
  if (stored === undefined)
    return { status: 500, problem: `${request.href} was answered 304 to an unconditional request` };
  const kept = { ...stored, expiresAt: expiryOf(source, kind, ports) };
  return { ...(await store(request, kept, kind, ports)), outcome: 'REVALIDATED' };
}

interface LookedUp {
  readonly request: ImageRequest;
  readonly stored: StoredVariant | undefined;
}

/** What is stored of an image; of one variant too many, what is stored of one of few. Asking for it costs no source. */
async function lookUp(wanted: ImageRequest, { variants, keys, log }: ImagePorts): Promise<LookedUp> {
  const stored = await variants.read(keys.variant(wanted.parameters));
  if (stored !== undefined || (await variants.count(keys.source(wanted))) < MAX_VARIANTS) {
    return { request: wanted, stored };
  }
  log('warn', `${MAX_VARIANTS} variants of '${wanted.href}' are stored, so this one is made as wide as others`);
  const request = coarse(wanted);
  return { request, stored: await variants.read(keys.variant(request.parameters)) };
}

async function makeFrom(
  bytes: Uint8Array,
  source: ImageSource,
  request: ImageRequest,
  kind: SourceKind,
  ports: ImagePorts,
): Promise<AnsweredImage | Refusal> {
  const made = await make(bytes, request, ports);
  if ('problem' in made) return made;
  const sourceEtag = source.headers.get('etag') ?? undefined;
  return store(request, { ...made, sourceEtag, expiresAt: expiryOf(source, kind, ports) }, kind, ports);
}

async function make(bytes: Uint8Array, request: ImageRequest, ports: ImagePorts): Promise<MadeImage | Refusal> {
  const service = await ports.service();
  const { href, format } = request;
  try {
    // A vector image has no pixels before somebody says how many.
    const pixels = format === 'svg' ? 0 : (await service.measure(bytes)).pixels;
    if (pixels > service.maxPixels) {
      return { status: 413, problem: `${href} has ${pixels} pixels, at most ${service.maxPixels} are read` };
    }
    const made = await service.transform(bytes, queryOf(request), (message) => ports.log('warn', message, { href }));
    // As in Astro's own endpoint: what is called SVG must be one.
    if (format === 'svg' && made.contentType !== 'image/svg+xml') {
      return { status: 403, problem: `${href} is no SVG, and cannot be made one` };
    }
    return made;
  } catch (error) {
    return { status: 422, problem: `${href} cannot be made into this image: ${reasonOf(error)}` };
  }
}

async function store(
  request: ImageRequest,
  variant: Variant,
  kind: SourceKind,
  ports: ImagePorts,
): Promise<AnsweredImage> {
  const key = ports.keys.variant(request.parameters);
  const cacheControl = kind === 'remote' ? REMOTE_FAIL_OVER : imageCacheControl(kind, 0);
  const etag = await ports.variants.write(key, variant, cacheControl).catch((error: unknown) => {
    ports.log('error', `the image was made and could not be stored: ${reasonOf(error)}`, { key });
    return undefined;
  });
  return answered({ ...variant, etag }, kind, 'MISS', ports);
}

function stale(stored: StoredVariant, { problem }: Refusal, { log }: ImagePorts): AnsweredImage {
  log('warn', `served an expired image: ${problem}`);
  const { bytes, contentType, etag } = stored;
  return { bytes, contentType, etag, cacheControl: imageCacheControl('remote', STALE_SECONDS), outcome: 'STALE' };
}

function answered(
  { bytes, contentType, etag, expiresAt }: Variant & Pick<AnsweredImage, 'etag'>,
  kind: SourceKind,
  outcome: AnsweredImage['outcome'],
  { clock }: ImagePorts,
): AnsweredImage {
  const secondsLeft = expiresAt === 'never' ? 0 : Math.max(0, Math.floor((expiresAt - clock.now()) / 1000));
  return { bytes, contentType, etag, cacheControl: imageCacheControl(kind, secondsLeft), outcome };
}

function isFresh({ expiresAt }: Variant, { clock }: ImagePorts): boolean {
  return expiresAt === 'never' || expiresAt > clock.now();
}

function expiryOf({ headers }: ImageSource, kind: SourceKind, ports: ImagePorts): Variant['expiresAt'] {
  if (kind !== 'remote') return 'never';
  return ports.clock.now() + secondsToKeep(headers, ports.minimumTtlSeconds, ports.clock.now()) * 1000;
}
