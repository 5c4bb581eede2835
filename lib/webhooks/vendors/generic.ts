import { DEFAULT_TAGS } from '../default-rules.ts';
import { valuesAt } from '../payload.ts';
import { GENUINE, hmac, refused, verdictOn, verdictOnTime, verdictOnToken } from '../signatures.ts';
import {
  FIELD_NAMES,
  type Vendor,
  type VendorOptions,
  type VendorSettings,
  type Verdict,
  type WebhookRequest,
} from '../vendor.ts';

export const genericSettings: VendorSettings = {
  options: [
    'scheme',
    'header',
    'prefix',
    'encoding',
    'timestampHeader',
    'signedContent',
    'toleranceSeconds',
    'deliveryHeader',
    'fields',
  ],
  checkTogether(options, webhook) {
    const { scheme, timestampHeader, signedContent = '{timestamp}{body}' } = options;
    const content = webhook.at('signedContent', signedContent);
    if (scheme === 'token') {
      const forSignatures = ['encoding', 'timestampHeader', 'signedContent', 'toleranceSeconds'] as const;
      for (const name of forSignatures.filter((each) => options[each] !== undefined)) {
        webhook.at(name, options[name]).mustBe("left out with the scheme 'token', which does not use it");
      }
    } else if (!signedContent.includes('{body}')) {
      content.mustBe('text with {body}', 'without it, anything could be sent');
    } else if (timestampHeader !== undefined && !signedContent.includes('{timestamp}')) {
      content.mustBe('text with {timestamp}', 'without it, anyone could change the time');
    }
  },
  // The sender is the user's own and sends only what matters.
  defaultRules: [{ tags: DEFAULT_TAGS }],
};

/** Anything that can sign its body with HMAC-SHA256, or at least send a header of its own. */
export const generic: Vendor = {
  verify(request, secret, now, options) {
    if (options.scheme === 'token') return verdictOnToken(request, secret, options);
    return verifySignature(request, secret, now, options);
  },
  changesIn: (_request, payload, { fields = {} }) => [
    Object.fromEntries(FIELD_NAMES.map((name) => [name, valuesAt(payload, fields[name] ?? name)])),
  ],
  deliveryOf(request, _payload, { deliveryHeader, timestampHeader, header = 'X-Signature' }) {
    if (deliveryHeader !== undefined) return request.headers[deliveryHeader.toLowerCase()];
    // Without a time, two messages with the same content have the same signature.
    return timestampHeader === undefined ? undefined : request.headers[header.toLowerCase()];
  },
};

function verifySignature(request: WebhookRequest, secret: string, now: number, options: VendorOptions): Verdict {
  const { header = 'X-Signature', prefix = '', encoding = 'hex', timestampHeader, toleranceSeconds } = options;
  const given = request.headers[header.toLowerCase()];
  if (given === undefined) return refused(`the header ${header} is missing`);
  const timestamp = timestampHeader === undefined ? '' : request.headers[timestampHeader.toLowerCase()];
  if (timestamp === undefined) return refused(`the header ${timestampHeader} is missing`);
  const content = options.signedContent ?? (timestampHeader === undefined ? '{body}' : '{timestamp}.{body}');
  const parts = content
    .split(/(\{body\}|\{timestamp\})/)
    .map((part) => (part === '{body}' ? request.body : part === '{timestamp}' ? timestamp : part));
  const verdict = verdictOn(given, `${prefix}${hmac('sha256', secret, encoding, ...parts)}`);
  if (!verdict.isGenuine || timestampHeader === undefined) return verdict.isGenuine ? GENUINE : verdict;
  return verdictOnTime(instantOf(timestamp), now, toleranceSeconds);
}

/** Reads seconds, milliseconds or ISO 8601, and returns epoch milliseconds. */
function instantOf(timestamp: string): number {
  if (!/^\d+$/.test(timestamp)) return Date.parse(timestamp);
  // Read as seconds, this number is the year 5138. Read as milliseconds, it is 1973.
  return Number(timestamp) < 100_000_000_000 ? Number(timestamp) * 1000 : Number(timestamp);
}
