import {
  type Check,
  type Fields,
  fieldsOf,
  integerBetween,
  matching,
  memberOf,
  oneOf,
  recordOf,
  rejectUnknown,
  trueOrFalse,
} from '../../basics/checks.ts';
import type { Given } from '../../basics/faults.ts';
import { FIELD_NAMES, type OptionName, type VendorOptions, type VendorSettings } from '../vendor.ts';
import { VENDOR_SETTINGS, type VendorName } from '../vendors.ts';

/**
 * Half a day. A delivery is remembered for one day, so that it cannot be sent again. It is accepted from this long before
 * its signed time until this long after it. Together that must not be more than the day.
 */
const MAX_TOLERANCE_SECONDS = 43_200;

const headerName = matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of a request header');
const payloadPath = matching(/^[^.{}]+(\.[^.{}]+)*$/, "a path into the payload such as 'seo.slug'");

const payloadPaths: Check<Readonly<Record<string, string>>> = (given) => {
  const fields = fieldsOf(given, `an object with paths into the payload for some of ${FIELD_NAMES.join(', ')}`);
  if (fields === undefined) return undefined;
  rejectUnknown(given, fields, FIELD_NAMES, 'a field of a change');
  return recordOf(payloadPath)(given);
};

const OPTION_CHECKS: { readonly [Name in OptionName]-?: Check<Required<VendorOptions>[Name]> } = {
  toleranceSeconds: integerBetween(1, MAX_TOLERANCE_SECONDS),
  slugField: payloadPath,
  header: headerName,
  prefix: matching(/^[\x20-\x7e]*$/, 'visible ASCII'),
  user: matching(/^[^:]+$/, 'a user name without a colon'),
  signsTimestamp: trueOrFalse,
  scheme: oneOf('hmac-sha256', 'token'),
  encoding: oneOf('hex', 'base64'),
  timestampHeader: headerName,
  signedContent: matching(
    /^[^{}]*(\{(body|timestamp)\}[^{}]*)*$/,
    'text with {body} and {timestamp} and no other braces',
  ),
  deliveryHeader: headerName,
  fields: payloadPaths,
};

/** Members of a webhook that are no options of its vendor. */
const OTHER_MEMBERS = ['vendor', 'secret', 'rules', 'settleSeconds', 'wait'];

/** Reads the options of a webhook of this vendor. */
export function readOptions(webhook: Given, fields: Fields, vendorName: VendorName): VendorOptions {
  const vendor: VendorSettings = VENDOR_SETTINGS[vendorName];
  rejectUnknown(webhook, fields, [...OTHER_MEMBERS, ...vendor.options], `an option of ${vendorName}`);
  const given = vendor.options.filter((name) => fields[name] !== undefined);
  const options: VendorOptions = Object.fromEntries(
    given.map((name) => [name, OPTION_CHECKS[name](memberOf(webhook, fields, name))]),
  );
  vendor.checkTogether?.(options, webhook);
  return options;
}
