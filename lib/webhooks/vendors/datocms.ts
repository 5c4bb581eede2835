import { isJsonObject } from '../../basics/json-object.ts';
import { DEFAULT_EVENTS, DEFAULT_TAGS } from '../default-rules.ts';
import { byLocale, objectAt, textAt } from '../payload.ts';
import { areEqual, GENUINE, refused, verdictOnToken } from '../signatures.ts';
import type { Fields, Vendor, VendorSettings } from '../vendor.ts';

export const datocmsSettings: VendorSettings = {
  options: ['header', 'prefix', 'user', 'slugField'],
  checkTogether({ user, header, prefix }, webhook) {
    if (user === undefined || (header === undefined && prefix === undefined)) return;
    webhook.at('user', user).mustBe("given without 'header' and 'prefix', which mean nothing with it");
  },
  defaultRules: [
    { when: { event: DEFAULT_EVENTS }, tags: DEFAULT_TAGS },
    { when: { type: 'cda_cache_tags' }, tags: ['{data.entity.attributes.tags}'] },
  ],
};

/**
 * https://www.datocms.com/docs/content-management-api/resources/webhook: DatoCMS signs nothing; a custom header or HTTP
 * basic authentication carries the secret. Cache tags:
 * https://www.datocms.com/docs/content-delivery-api/cache-tags-invalidation
 */
export const datocms: Vendor = {
  verify(request, secret, _now, options) {
    if (options.user === undefined) return verdictOnToken(request, secret, options);
    const expected = `Basic ${Buffer.from(`${options.user}:${secret}`).toString('base64')}`;
    return areEqual(request.headers.authorization ?? '', expected) ? GENUINE : refused('user or password is wrong');
  },
  changesIn(_request, payload, { slugField = 'slug' }) {
    const entity = textAt(payload, 'entity_type');
    const change: Fields = {
      event: textAt(payload, 'event_type'),
      type: entity === 'item' ? modelOf(payload) : entity,
      id: textAt(payload, 'entity.id'),
      previousSlug: byLocale(objectAt(payload, 'previous_entity.attributes')?.[slugField]).map(({ value }) => value),
    };
    const slugs = byLocale(objectAt(payload, 'entity.attributes')?.[slugField]);
    return slugs.length === 0 ? [change] : slugs.map(({ locale, value }) => ({ ...change, locale, slug: value }));
  },
  deliveryOf: (_request, payload) => textAt(payload, 'webhook_call_id'),
};

/** The model's API key, which people know. If DatoCMS does not send the model, its id. */
function modelOf(payload: object): string | undefined {
  const id = textAt(payload, 'entity.relationships.item_type.data.id');
  const related: unknown = 'related_entities' in payload ? payload.related_entities : [];
  const model = Array.isArray(related) ? related.find((each) => isJsonObject(each) && each.id === id) : undefined;
  return textAt(model, 'attributes.api_key') ?? id;
}
