import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IDependable } from 'constructs';
import { Faults } from '../basics/faults.ts';
import { readBuild } from '../build/read-build.ts';
import type { IsrSiteProps } from './isr-site-props.ts';
import { noteFiles } from './note-files.ts';
import { environmentVariable } from './prop-checks.ts';
import { createSiteBucket } from './site-bucket.ts';
import { SiteDistribution } from './site-distribution.ts';
import { placeSiteFiles } from './site-files.ts';
import { PURGE_TIMEOUT, renderFunctionTimeout, SiteFunctions } from './site-functions.ts';
import { SiteImages } from './site-images.ts';
import { SiteQueues } from './site-queues.ts';
import { SiteSchedules } from './site-schedules.ts';
import { readSiteSettings, type SiteSettings } from './site-settings.ts';
import { SiteUploads } from './site-uploads.ts';

/**
 * A site with Incremental Static Regeneration: pages are rendered once, served from the edge, regenerated in the
 * background when they expire, and replaced within seconds when a revalidation says so.
 */
export class IsrSite extends Construct {
  /** Pages, hashed files, leases and ledger. */
  readonly bucket: Bucket;
  readonly distribution: Distribution;
  /** Gives stored pages to `distribution` while the functions fail. It answers to nobody else. */
  readonly failOverDistribution: Distribution;
  readonly functions: SiteFunctions;
  readonly queues: SiteQueues;
  /** Only of a site whose pages ask for images on demand. */
  readonly images: SiteImages | undefined;
  /** The bucket has the pages below `deployments/<id>`. */
  readonly deploymentId: string;
  /** The URL of the site: `https://example.com`. */
  readonly url: string;
  /** The URL for revalidations. */
  readonly revalidateUrl: string;
  /** The URL for each content management system, by the name of the webhook. */
  readonly webhookUrls: Readonly<Record<string, string>>;

  /** @throws IsrError when there is no build, it is of another version, or a prop is not valid */
  constructor(scope: Construct, id: string, props: IsrSiteProps) {
    super(scope, id);
    const build = readBuild(props.buildDirectory);
    const settings = readSiteSettings(props, build, this.node.path);
    const files = placeSiteFiles(build, settings.contentTypes);
    noteFiles(this, build, files, settings);
    const { manifest } = build;
    this.deploymentId = manifest.deploymentId;

    this.bucket = createSiteBucket(this, settings, manifest);
    const uploads = new SiteUploads(this, 'Uploads', {
      bucket: this.bucket,
      deploymentId: this.deploymentId,
      files,
      settings,
    });
    this.queues = new SiteQueues(this, 'Queues', {
      renderTimeout: renderFunctionTimeout(settings),
      purgeTimeout: PURGE_TIMEOUT,
    });
    this.functions = new SiteFunctions(this, 'Functions', {
      build,
      settings,
      files,
      bucket: this.bucket,
      queues: this.queues,
    });
    const { images } = manifest;
    this.images = images && new SiteImages(this, 'Images', { build, images, settings, files, bucket: this.bucket });
    const edge = new SiteDistribution(this, 'Edge', {
      manifest,
      settings,
      bucket: this.bucket,
      functions: this.functions,
      images: this.images,
      pagePaths: files.pagePaths,
    });
    this.distribution = edge.distribution;
    this.failOverDistribution = edge.failOver;
    this.functions.connectTo(this.distribution);
    this.#revalidateEvery(settings, uploads.uploadAddress(this, this.distribution));
    this.url = settings.siteUrl ?? `https://${this.distribution.distributionDomainName}`;
    this.revalidateUrl = this.functions.revalidateUrl.url;
    this.webhookUrls = Object.fromEntries(
      Object.keys(props.webhooks ?? {}).map((name) => [name, `${this.revalidateUrl}webhooks/${name}`]),
    );

    // A deployment switches at once. First come its files, then the functions, and last the edge functions that name it.
    // Otherwise old code would render pages and store them as pages of the new deployment.
    // The deployment is warmed while all that answers is still of the one before.
    const { siteRunners, answering, warmUp } = this.functions;
    for (const runner of siteRunners) runner.node.defaultChild?.node.addDependency(uploads);
    for (const runner of answering) runner.node.defaultChild?.node.addDependency(warmUp);
    for (const naming of [edge.pageRequest, edge.liveRequest]) {
      naming?.node.defaultChild?.node.addDependency(uploads, ...this.functions.all);
    }
    if (this.images === undefined || edge.imageRequest === undefined) return;
    this.images.function.node.defaultChild?.node.addDependency(uploads);
    edge.imageRequest.node.defaultChild?.node.addDependency(this.images.function);
    edge.pageRequest.node.defaultChild?.node.addDependency(edge.imageRequest);
  }

  /** `address`: the distribution that the function purges, which it reads from the bucket. */
  #revalidateEvery({ schedules }: SiteSettings, address: IDependable): void {
    if (schedules.length === 0) return;
    const { revalidate } = this.functions;
    new SiteSchedules(this, 'Schedules', { schedules, revalidate }).node.addDependency(address);
  }

  /** For pages that could not be regenerated and copies that could not be purged. They have no actions yet. */
  get alarms(): readonly Alarm[] {
    return this.queues.alarms;
  }

  /** Adds an environment variable to every function that runs the site. */
  addEnvironment(name: string, value: string): void {
    const faults = new Faults('the variable');
    const checked = environmentVariable(faults.in(value).at(name, value));
    const accepted = faults.accept(checked, 'INVALID_OPTION', (sentences) => `${sentences} (at ${this.node.path})`);
    for (const runner of this.functions.siteRunners) runner.addEnvironment(name, accepted);
  }
}
