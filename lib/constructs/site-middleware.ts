import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Build } from '../build/read-build.ts';
import { compileRoutePattern, livePatternsOf } from '../build/route-pattern.ts';
import { grantPageWriting, grantSiteAddress } from './grants.ts';
import type { SiteQueues } from './site-queues.ts';
import type { SiteSettings } from './site-settings.ts';
import { writeJson } from './staging.ts';

/** Which paths are no stored pages, or have middleware before them: for each function that may be asked for one. */
export function addRoutes({ manifest }: Build, folder: string): void {
  const live = livePatternsOf(manifest).map((pattern) => compileRoutePattern(pattern).parts);
  writeJson(join(folder, 'live.json'), live);
  const { middleware } = manifest;
  if (middleware !== undefined) writeJson(join(folder, 'behind-middleware.json'), middleware.paths);
}

export function addMiddleware({ manifest, middlewareDirectory }: Build, folder: string): void {
  if (manifest.middleware === undefined) return;
  cpSync(middlewareDirectory, join(folder, 'middleware'), { recursive: true });
}

interface PageAccess {
  readonly settings: SiteSettings;
  readonly bucket: Bucket;
  readonly queues: SiteQueues;
}

/** What serve may, for the function that answers in its place. */
export function grantAnsweringPages(live: LambdaFunction, { settings, bucket, queues }: PageAccess): void {
  grantPageWriting(bucket, live);
  if (settings.siteUrl === undefined) grantSiteAddress(bucket, live);
  queues.jobs.grants.sendMessages(live);
}
