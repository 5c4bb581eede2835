/** What S3 keeps with an object and fauxqs has no field for. */
export interface Carried {
  readonly expires?: string;
  /** As in `x-amz-tagging`: `a=1&b=2`. */
  readonly tagging?: string;
  /** Names of user metadata without a value, which fauxqs drops. */
  readonly emptyMetadata?: readonly string[];
}

// Travels as one more user metadata, so it is stored, copied and reloaded by fauxqs. No client can send it: `~` is
// no character that an SDK puts into a metadata name, and a write replaces whatever came.
const METADATA_NAME = '~carried';
export const CARRIED_HEADER = `x-amz-meta-${METADATA_NAME}`;

export function headerOfCarried(carried: Carried): string | undefined {
  return Object.keys(carried).length === 0 ? undefined : JSON.stringify(carried);
}

export function carriedOfHeader(header: unknown): Carried {
  return typeof header === 'string' ? (JSON.parse(header) as Carried) : {};
}

export function carriedBy(object: { readonly metadata: Readonly<Record<string, string>> }): Carried {
  return carriedOfHeader(object.metadata[METADATA_NAME]);
}
