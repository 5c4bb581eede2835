import { IsrError } from '../../lib/basics/errors.ts';
import { isJsonObject, parseJson } from '../../lib/basics/json-object.ts';
import type { Bucket } from '../../lib/core/bucket/bucket.ts';
import { SITE_ADDRESS_KEY, type SiteAddress } from '../../lib/handover/site-address.ts';

export interface KnownAddress {
  /** Reads the object once for each sandbox. Rejects with SITE_UNKNOWN as long as it is not there, or spoilt. */
  get(): Promise<SiteAddress>;
  /** The next `get` reads again: the stack may have another distribution by now. */
  forget(): void;
}

export function openSiteAddress(bucket: Bucket): KnownAddress {
  let known: SiteAddress | undefined;
  return {
    async get() {
      known ??= await read(bucket);
      return known;
    },
    forget() {
      known = undefined;
    },
  };
}

/** The canonical origin of the site: that of the configuration, or else the distribution's own. */
export function siteUrlOf(configured: string | undefined, address: KnownAddress): () => Promise<string> {
  return async () => configured ?? (await address.get()).url;
}

async function read(bucket: Bucket): Promise<SiteAddress> {
  const object = await bucket.get(SITE_ADDRESS_KEY);
  const address = object === undefined ? undefined : parseJson(object.body.toString('utf8'));
  if (isAddress(address)) return address;
  throw new IsrError(
    'SITE_UNKNOWN',
    `'${SITE_ADDRESS_KEY}' ${object === undefined ? 'is not there' : 'is not what was written'}; each deployment of a build writes it, after the distribution`,
  );
}

function isAddress(value: unknown): value is SiteAddress {
  if (!isJsonObject(value)) return false;
  return [value.distributionId, value.url].every((text) => typeof text === 'string' && text !== '');
}
