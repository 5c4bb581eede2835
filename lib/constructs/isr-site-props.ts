import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { RevalidateEvery } from './site-schedules.ts';
import type { WebhooksProp } from './site-webhooks.ts';

export interface IsrSiteProps {
  /** The folder of the build, or the project that holds it in `.isr`. */
  readonly buildDirectory: string;

  /**
   * The canonical origin of the site, such as `https://example.com`. Every stored page is rendered under it.
   *
   * @default - the first of `domainNames`, else `site` of the site's configuration, else the distribution's own domain
   */
  readonly siteUrl?: string;

  /**
   * Domain names of the distribution. They need `certificate`.
   *
   * @default - the distribution's own domain only
   */
  readonly domainNames?: readonly string[];

  /**
   * A certificate in us-east-1 that covers `domainNames`.
   *
   * @default - CloudFront's own
   */
  readonly certificate?: ICertificate;

  /**
   * Environment variables for the functions that run the site. A new value is used from the next render on. It does not
   * make stored pages be rendered again.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * Query parameters that make a page of their own; all others are dropped at the edge.
   *
   * @default - `isr.allowQuery` of the build
   */
  readonly queryParameters?: readonly string[];

  /**
   * Content types of files, by their URL path or by their extension in lower case:
   * `{ '/.well-known/matrix/server': 'application/json', '.glb': 'model/gltf-binary' }`. Text without a charset gets
   * UTF-8.
   *
   * @default - what the extension says; `application/octet-stream` where it says nothing
   */
  readonly contentTypes?: Readonly<Record<string, string>>;

  /**
   * Memory, and with it CPU, of the functions that run the site.
   *
   * @default 1024
   */
  readonly renderMemoryMiB?: number;

  /**
   * How long a page may take to render in the background, at most 120 seconds.
   *
   * @default - `maxDuration` of the adapter, else 30 seconds
   */
  readonly renderTimeout?: Duration;

  /**
   * How many pages may be rendered in the background at once, between 2 and 1000.
   *
   * @default - no limit but Lambda's
   */
  readonly renderConcurrency?: number;

  /**
   * How long CloudFront waits for the serve function, at most 120 seconds. After that, it takes the stored page from S3.
   * A render that a viewer waits for has two seconds less. A page that takes longer is rendered in the background, within
   * `renderTimeout`; until it is stored, viewers get a 503 with `Retry-After`.
   *
   * @default Duration.seconds(15)
   */
  readonly originTimeout?: Duration;

  /**
   * How many pages a deployment renders before it is served, so that nobody waits for them: those of `isr.warm`, and then
   * those that the deployment before has, the newest first. 0: none, the first viewer of each page waits.
   *
   * @default 1000
   */
  readonly warmPages?: number;

  /**
   * How many of them are rendered at once, at most 100.
   *
   * @default 8
   */
  readonly warmConcurrency?: number;

  /**
   * How long that may take, at most ten minutes. What is left then is rendered when it is asked for.
   *
   * @default Duration.minutes(5)
   */
  readonly warmTimeout?: Duration;

  /**
   * How long a live route may take to begin its response.
   *
   * @default - `maxDuration` of the adapter, else 30 seconds
   */
  readonly liveTimeout?: Duration;

  /**
   * Memory, and with it CPU, of the function that makes images. Only sites whose pages ask for images on demand have it.
   *
   * @default 1536
   */
  readonly imageMemoryMiB?: number;

  /**
   * How many images may be made at once. Lambda takes it from the concurrency of the account and leaves at least 100 of
   * that for all else, so an account whose quota is not higher cannot have it.
   *
   * @default - no limit but Lambda's
   */
  readonly imageConcurrency?: number;

  /**
   * Memory, and with it speed, of the function that uploads the files of the build. It has 15 minutes.
   *
   * @default 1024
   */
  readonly uploadMemoryMiB?: number;

  /**
   * Disk of that function, between 512 and 10,240 MiB. It takes the files of one content type at a time, and needs twice
   * their size.
   *
   * @default - as much as the build needs
   */
  readonly uploadDiskMiB?: number;

  /**
   * Rendered pages that were not replaced for this long are deleted, and rendered again when they are asked for.
   * At most 31 days, the time for which revalidations are remembered.
   *
   * @default Duration.days(31)
   */
  readonly pageRetention?: Duration;

  /**
   * What happens to the bucket, and to everything in it, when the construct is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Content management systems that may revalidate pages, by `POST <revalidate URL>/webhooks/<name>`. See
   * docs/cms/ for what each of them sends.
   *
   * @default - none
   */
  readonly webhooks?: WebhooksProp;

  /**
   * What to revalidate again and again, without anybody asking for it: `[{ every: Duration.minutes(15), tags: ['prices'] }]`,
   * or at a time, in UTC: `[{ cron: '0 6 * * ? *', paths: ['/'] }]`.
   *
   * @default - none
   */
  readonly revalidateEvery?: readonly RevalidateEvery[];

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * The regions of the world in which CloudFront has the site.
   *
   * @default PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: PriceClass;

  /**
   * ARN of an AWS WAF web ACL (scope CLOUDFRONT) for the distribution.
   *
   * @default - none
   */
  readonly webAclId?: string;
}
