/** What an invalidation looks at. */
export interface InvalidationTarget {
  /** The uri of the cache key, with its query: `/a?page=2`. */
  readonly path: string;
  /** Lower-case. */
  readonly tags: readonly string[];
}

export type InvalidationTest = (target: InvalidationTarget) => boolean;

export class InvalidationError extends Error {
  readonly code:
    | 'InvalidArgument'
    | 'InvalidationBatchAlreadyExists'
    | 'BatchTooLarge'
    | 'TooManyInvalidationsInProgress';

  constructor(code: InvalidationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const MAX_ITEMS = 3000;
const MAX_PATH_LENGTH = 4000;
export const MAX_TAG_LENGTH = 256;
export const MAX_TAGS_PER_OBJECT = 50;
const TAG = /^[\x21-\x2b\x2d-\x7e]+$/;
const PATH = /^[/*][\x21-\x7e]*$/;

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html */
export function compileInvalidation(items: readonly string[], hasTags: boolean): InvalidationTest {
  if (items.length > MAX_ITEMS) {
    throw new InvalidationError(
      'BatchTooLarge',
      `Your invalidation batch has ${items.length} items; ${MAX_ITEMS} fit.`,
    );
  }
  const tests = items.map((item) => (item.startsWith('#') ? compileTag(item, hasTags) : compilePath(item)));
  return (target) => tests.some((covers) => covers(target));
}

function compileTag(item: string, hasTags: boolean): InvalidationTest {
  const tag = item.slice(1).toLowerCase();
  if (!hasTags) {
    throw new InvalidationError(
      'InvalidArgument',
      `'${item}' is a cache tag, but the distribution has no CacheTagConfig.`,
    );
  }
  if (tag.length > MAX_TAG_LENGTH || !TAG.test(tag)) {
    throw new InvalidationError('InvalidArgument', `Your request contains an invalid cache tag: '${item}'.`);
  }
  return (target) => target.tags.includes(tag);
}

// An asterisk is a wildcard at the end only; elsewhere it stands for itself.
function compilePath(item: string): InvalidationTest {
  if (item.length > MAX_PATH_LENGTH || !PATH.test(item)) {
    throw new InvalidationError('InvalidArgument', 'Your request contains one or more invalid invalidation paths.');
  }
  if (!item.endsWith('*')) return (target) => target.path === item;
  const prefix = item.slice(0, -1);
  return (target) => target.path.startsWith(prefix);
}

/** The tags of a response: lower-case, at most 50, what is not a tag left out. */
export function readTags(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag.length <= MAX_TAG_LENGTH && TAG.test(tag))
    .slice(0, MAX_TAGS_PER_OBJECT);
}
