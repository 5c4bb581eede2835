import type { Vendor } from './types.ts';
import { contentful } from './vendors/contentful.ts';
import { datocms } from './vendors/datocms.ts';
import { directus } from './vendors/directus.ts';
import { generic } from './vendors/generic.ts';
import { ghost } from './vendors/ghost.ts';
import { github } from './vendors/github.ts';
import { hygraph } from './vendors/hygraph.ts';
import { prismic } from './vendors/prismic.ts';
import { sanity } from './vendors/sanity.ts';
import { shopify } from './vendors/shopify.ts';
import { storyblok } from './vendors/storyblok.ts';
import { strapi } from './vendors/strapi.ts';
import { wordpress } from './vendors/wordpress.ts';

export const VENDORS = {
  contentful,
  sanity,
  storyblok,
  strapi,
  wordpress,
  ghost,
  shopify,
  datocms,
  hygraph,
  prismic,
  directus,
  github,
  generic,
} as const satisfies Readonly<Record<string, Vendor>>;

export type VendorName = keyof typeof VENDORS;

export function isVendorName(name: unknown): name is VendorName {
  return typeof name === 'string' && Object.hasOwn(VENDORS, name);
}
