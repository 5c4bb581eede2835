import { isJsonObject } from '../basics/json-object.ts';
import { FIELD_NAMES, type OptionName, type Vendor, type VendorOptions } from './types.ts';

/** What a value must be, as the end of a sentence; `undefined` when it is. */
type Check = (value: unknown) => string | undefined;

/** A day is how long a delivery is remembered: twice this, for clocks that are wrong to either side, must be less. */
const MAX_TOLERANCE_SECONDS = 43_200;

const headerName = matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of a request header');
const payloadPath = matching(/^[^.{}]+(\.[^.{}]+)*$/, "a path into the payload such as 'seo.slug'");

const CHECKS: Readonly<Record<OptionName, Check>> = {
  toleranceSeconds: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_TOLERANCE_SECONDS
      ? undefined
      : `must be an integer between 1 and ${MAX_TOLERANCE_SECONDS}`,
  slugField: payloadPath,
  header: headerName,
  prefix: matching(/^[\x20-\x7e]*$/, 'visible ASCII'),
  user: matching(/^[^:]+$/, 'a user name without a colon'),
  signsTimestamp: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  scheme: oneOf('hmac-sha256', 'token'),
  encoding: oneOf('hex', 'base64'),
  timestampHeader: headerName,
  signedContent: matching(
    /^[^{}]*(\{(body|timestamp)\}[^{}]*)*$/,
    'text with {body} and {timestamp} and no other braces',
  ),
  deliveryHeader: headerName,
  fields: (value) =>
    isJsonObject(value) &&
    Object.entries(value).every(
      ([name, path]) => FIELD_NAMES.some((field) => field === name) && payloadPath(path) === undefined,
    )
      ? undefined
      : `must name paths into the payload for some of ${FIELD_NAMES.join(', ')}`,
};

/** Reads the options of a webhook; whatever is wrong goes into `faults`. */
export function parseOptions(
  given: Readonly<Record<string, unknown>>,
  vendorName: string,
  vendor: Vendor,
  place: string,
  faults: string[],
): VendorOptions {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  const before = faults.length;
  for (const [name, value] of known) {
    const option = vendor.options.find((each) => each === name);
    if (option === undefined) faults.push(`${place}.${name} is no option of ${vendorName}; ${describe(vendor)}`);
    const fault = option === undefined ? undefined : CHECKS[option](value);
    if (fault !== undefined) faults.push(`${place}.${name} ${fault}, got ${JSON.stringify(value)?.slice(0, 80)}`);
  }
  const options: VendorOptions = Object.fromEntries(known);
  if (faults.length === before)
    faults.push(...(vendor.optionFaults?.(options) ?? []).map((fault) => `${place} ${fault}`));
  return options;
}

function describe({ options }: Vendor): string {
  return options.length === 0 ? 'it has none but vendor, secret and rules' : `it has ${options.join(', ')}`;
}

function matching(pattern: RegExp, what: string): Check {
  return (value) => (typeof value === 'string' && pattern.test(value) ? undefined : `must be ${what}`);
}

function oneOf(...values: readonly string[]): Check {
  return (value) => (values.some((each) => each === value) ? undefined : `must be one of ${values.join(', ')}`);
}
