export { CONTRACT_VERSION, type Manifest, type PrerenderedPage, type TrailingSlash } from './build/manifest.ts';
export { type Build, readBuild } from './build/read-build.ts';
export { IsrSite } from './constructs/isr-site.ts';
export type { IsrSiteProps } from './constructs/isr-site-props.ts';
export { IsrStack, type IsrStackProps } from './constructs/isr-stack.ts';
export { SiteFunctions } from './constructs/site-functions.ts';
export { SiteQueues } from './constructs/site-queues.ts';
export { IsrError, type IsrErrorCode } from './core/errors.ts';
export type { CacheHint, RevalidationRequest, SiteContext, SiteFetch } from './core/site.ts';
