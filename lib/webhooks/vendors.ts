import type { Vendor, VendorSettings } from './vendor.ts';
import { contentful, contentfulSettings } from './vendors/contentful.ts';
import { datocms, datocmsSettings } from './vendors/datocms.ts';
import { directus, directusSettings } from './vendors/directus.ts';
import { generic, genericSettings } from './vendors/generic.ts';
import { ghost, ghostSettings } from './vendors/ghost.ts';
import { github, githubSettings } from './vendors/github.ts';
import { hygraph, hygraphSettings } from './vendors/hygraph.ts';
import { prismic, prismicSettings } from './vendors/prismic.ts';
import { sanity, sanitySettings } from './vendors/sanity.ts';
import { shopify, shopifySettings } from './vendors/shopify.ts';
import { storyblok, storyblokSettings } from './vendors/storyblok.ts';
import { strapi, strapiSettings } from './vendors/strapi.ts';
import { wordpress, wordpressSettings } from './vendors/wordpress.ts';

/** For each vendor: the options of its webhooks, and their defaults. */
export const VENDOR_SETTINGS = {
  contentful: contentfulSettings,
  sanity: sanitySettings,
  storyblok: storyblokSettings,
  strapi: strapiSettings,
  wordpress: wordpressSettings,
  ghost: ghostSettings,
  shopify: shopifySettings,
  datocms: datocmsSettings,
  hygraph: hygraphSettings,
  prismic: prismicSettings,
  directus: directusSettings,
  github: githubSettings,
  generic: genericSettings,
} as const satisfies Readonly<Record<string, VendorSettings>>;

export type VendorName = keyof typeof VENDOR_SETTINGS;

/** Each is built into a module of its own. The revalidate function has only the modules of vendors in use. */
export const VENDORS: Readonly<Record<VendorName, Vendor>> = {
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
};

export const VENDOR_NAMES = Object.keys(VENDOR_SETTINGS) as readonly VendorName[];
