import { Duration } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  type CfnDistribution,
  Function as CloudFrontFunction,
  Distribution,
  type FunctionAssociation,
  FunctionEventType,
  FunctionRuntime,
  FunctionUrlOriginAccessControl,
  HttpVersion,
  type IOrigin,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, OriginGroup, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Manifest } from '../build/manifest.ts';
import { CACHE_TAG_HEADER } from '../core/purge/edge-tags.ts';
import type { EdgeConfig, LiveEdgeConfig } from '../handover/edge-config.ts';
import { liveCachePolicy, pageCachePolicy } from './cache-policies.ts';
import { edgeCode } from './edge-code.ts';
import { edgeNameOf } from './edge-name.ts';
import { FailOverDistribution } from './fail-over-distribution.ts';
import { HEADERS_OF_AWS } from './hidden-headers.ts';
import { imageBehaviors } from './image-behavior.ts';
import type { SiteFunctions } from './site-functions.ts';
import type { SiteImages } from './site-images.ts';
import { livePatternsOfSite } from './site-live-patterns.ts';
import type { SiteSettings } from './site-settings.ts';
import { UNAVAILABLE_KEY } from './site-uploads.ts';

export interface SiteDistributionProps {
  readonly manifest: Manifest;
  readonly settings: SiteSettings;
  readonly bucket: Bucket;
  readonly functions: SiteFunctions;
  readonly images: SiteImages | undefined;
  /** URL paths, percent-encoded, of prerendered pages and public files. */
  readonly pagePaths: readonly string[];
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html, the default one included. */
const MAX_BEHAVIORS = 75;
/** One is the default behavior, and one is for files with a hash in their name. */
const BEHAVIORS_LEFT = MAX_BEHAVIORS - 2;
// 403 and 404 are not among them: serve sends these on purpose, and S3 would hide the site's own page. Nor is 500: serve
// sends it with the site's error page if nothing is stored, and then S3 has nothing either. A function that throws, times
// out or cannot start makes a 502 or 504. One that is throttled makes a 429.
const FAILOVER_STATUSES = [429, 502, 503, 504];
/** What S3 answers for a missing object: 403, because it tells nobody who may not list the bucket. */
const MISSING_STATUSES = [403, 404];

// By default, CloudFront keeps these for 10 seconds, whatever their Cache-Control says. A live route's error for `?id=1`
// would be sent for `?id=2` as well. Errors of pages say themselves how long they may be kept.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
const CACHED_ERRORS = [404, 414, 500, 501, 502, 503, 504];

// The viewer-response function removes them too, but CloudFront does not run it for errors, nor for assets. A policy removes
// ten headers at most: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
// It is applied before the function runs, so nothing may be here that the function reads:
// https://aws.amazon.com/blogs/networking-and-content-delivery/amazon-cloudfront-introduces-response-headers-policies/
const HIDDEN_HEADERS = [CACHE_TAG_HEADER, 'x-prerender-revalidate', ...HEADERS_OF_AWS];

/** The edge: which origin gets which request, and how long responses are kept. */
export class SiteDistribution extends Construct {
  readonly distribution: Distribution;
  /** The function that names the deployment. As soon as it is updated, viewers get the new pages. */
  readonly pageRequest: CloudFrontFunction;
  /** The function that names variants of images. */
  readonly imageRequest: CloudFrontFunction | undefined;
  /** The second origin of pages and images. */
  readonly failOver: Distribution;
  #liveRequest: CloudFrontFunction | undefined;
  readonly #props: SiteDistributionProps;
  readonly #bucketAccess: S3OriginAccessControl;
  readonly #responseHeaders: ResponseHeadersPolicy;
  readonly #serveAccess: FunctionUrlOriginAccessControl;

  constructor(scope: Construct, id: string, props: SiteDistributionProps) {
    super(scope, id);
    this.#props = props;
    const { settings } = props;
    this.#bucketAccess = new S3OriginAccessControl(this, 'BucketAccess', {
      originAccessControlName: edgeNameOf(this, 'BucketAccess'),
    });
    this.#responseHeaders = new ResponseHeadersPolicy(this, 'ResponseHeaders', {
      responseHeadersPolicyName: edgeNameOf(this, 'ResponseHeaders'),
      comment: 'Keeps what is meant for the edge from viewers',
      removeHeaders: [...HIDDEN_HEADERS],
    });
    const edgeConfig: EdgeConfig = {
      prefix: `/deployments/${props.manifest.deploymentId}`,
      trailingSlash: props.manifest.trailingSlash,
      hasHtmlEndings: props.manifest.hasHtmlEndings ?? false,
      allowQuery: settings.queryParameters,
      tokenHashes: props.manifest.isr.tokenHashes,
      ...(props.manifest.middleware && { behindMiddleware: props.manifest.middleware.paths }),
    };
    this.pageRequest = this.#function('PageRequest', 'page-request', edgeConfig);
    this.imageRequest = props.images && this.#function('ImageRequest', 'image-request', props.images.rules);
    this.#serveAccess = new FunctionUrlOriginAccessControl(this, 'ServeAccess', {
      originAccessControlName: edgeNameOf(this, 'ServeAccess'),
    });
    const failOver = new FailOverDistribution(this, 'FailOver', {
      bucketOrigin: this.#bucketOrigin(props.bucket),
      originSecret: props.functions.originSecret,
      priceClass: settings.priceClass,
    });
    this.failOver = failOver.distribution;
    const pages = this.#pages(failOver.origin);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Incremental static regeneration, ${this.node.path}`.slice(0, 128),
      defaultBehavior: pages,
      additionalBehaviors: { ...this.#assets(), ...this.#images(failOver.origin), ...this.#liveRoutes(pages) },
      domainNames: [...settings.domainNames],
      certificate: settings.certificate,
      // With CloudFront's own certificate, CloudFront decides.
      minimumProtocolVersion: settings.certificate && SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: settings.priceClass,
      webAclId: settings.webAclId,
      errorResponses: CACHED_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
    });
    this.#readCacheTags();
    this.#allowReading('EdgeReadsAssets', this.distribution, ['assets/*']);
    const images = props.images === undefined ? [] : ['images/*'];
    this.#allowReading('FailOverReadsPages', this.failOver, ['deployments/*', ...images, UNAVAILABLE_KEY]);
  }

  /** The function that names the deployment for live routes, of a site that has some. */
  get liveRequest(): CloudFrontFunction | undefined {
    return this.#liveRequest;
  }

  #pages(failOver: IOrigin): BehaviorOptions {
    const { serveUrl } = this.#props.functions;
    return {
      origin: new OriginGroup({
        primaryOrigin: FunctionUrlOrigin.withOriginAccessControl(serveUrl, {
          ...this.#serveTimes(),
          originAccessControl: this.#serveAccess,
        }),
        fallbackOrigin: failOver,
        fallbackStatusCodes: FAILOVER_STATUSES,
      }),
      // CloudFront refuses other methods on an origin group.
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      cachePolicy: pageCachePolicy(this),
      originRequestPolicy: new OriginRequestPolicy(this, 'PageOriginRequest', {
        originRequestPolicyName: edgeNameOf(this, 'PageOriginRequest'),
        comment: 'Pages depend on deployment, path and allowed query alone',
        headerBehavior: OriginRequestHeaderBehavior.allowList('x-forwarded-host'),
      }),
      responseHeadersPolicy: this.#responseHeaders,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      functionAssociations: [onRequest(this.pageRequest), onResponse(this.#function('PageResponse', 'page-response'))],
    };
  }

  #serveTimes() {
    const readTimeout = this.#props.settings.originTimeout;
    // An attempt whose response does not come in time counts too: a second one would double what a viewer waits, and the
    // load of a site that is slow already. S3 has the page.
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
    return { readTimeout, connectionTimeout: Duration.seconds(3), connectionAttempts: 1 };
  }

  #assets(): Record<string, BehaviorOptions> {
    const { manifest, bucket, functions } = this.#props;
    const { originAccessControlId } = this.#serveAccess;
    const base = manifest.base.replace(/\/$/, '');
    return {
      [`${base}/${manifest.assetsFolder}/*`]: {
        // serve says 404 of a file that is not there.
        origin: new OriginGroup({
          primaryOrigin: this.#bucketOrigin(bucket, '/assets'),
          // The origin of the pages has given the permission to call it. It would give it once more.
          fallbackOrigin: new FunctionUrlOrigin(functions.serveUrl, { ...this.#serveTimes(), originAccessControlId }),
          fallbackStatusCodes: MISSING_STATUSES,
        }),
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: this.#responseHeaders,
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
    };
  }

  #images(failOver: IOrigin): Record<string, BehaviorOptions> {
    const { images } = this.#props;
    const { imageRequest } = this;
    if (images === undefined || imageRequest === undefined) return {};
    const access = { functionAccess: this.#serveAccess, failOver, failoverStatuses: FAILOVER_STATUSES };
    return imageBehaviors(this, { images, imageRequest, ...access });
  }

  #liveRoutes(pages: BehaviorOptions): Record<string, BehaviorOptions> {
    const { manifest, pagePaths, images } = this.#props;
    if (manifest.storesPages && manifest.live.length === 0 && manifest.middleware === undefined) return {};
    const patterns = livePatternsOfSite(
      this,
      manifest,
      pagePaths,
      images === undefined ? BEHAVIORS_LEFT : BEHAVIORS_LEFT - 2,
    );
    const live = this.#live();
    return Object.fromEntries([
      ...patterns.pages.map((pattern) => [pattern, pages]),
      ...patterns.live.map((pattern) => [pattern, live]),
    ]);
  }

  #live(): BehaviorOptions {
    const { functions, settings, manifest } = this.#props;
    const config: LiveEdgeConfig = { deploymentId: manifest.deploymentId };
    const liveRequest = this.#function('LiveRequest', 'live-request', config);
    this.#liveRequest = liveRequest;
    return {
      origin: new FunctionUrlOrigin(functions.liveUrl, {
        readTimeout: settings.liveTimeout,
        customHeaders: { 'x-isr-origin-secret': functions.originSecret.secretValue.unsafeUnwrap() },
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: liveCachePolicy(this),
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      responseHeadersPolicy: this.#responseHeaders,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      functionAssociations: [onRequest(liveRequest), onResponse(this.#function('LiveResponse', 'live-response'))],
    };
  }

  // The bucket policy of `S3BucketOrigin.withOriginAccessControl` opens the whole bucket, so it is written below.
  #bucketOrigin(bucket: Bucket, originPath?: string): IOrigin {
    const originAccessControlId = this.#bucketAccess.originAccessControlId;
    return S3BucketOrigin.withBucketDefaults(bucket, { originPath, originAccessControlId });
  }

  #allowReading(sid: string, { distributionArn }: Distribution, keys: readonly string[]): void {
    const { bucket } = this.#props;
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: keys.map((each) => bucket.arnForObjects(each)),
        conditions: { StringEquals: { 'AWS:SourceArn': distributionArn } },
      }),
    );
  }

  /** The L2 has no property for it yet: https://github.com/aws/aws-cdk/pull/37821 */
  #readCacheTags(): void {
    const distribution = this.distribution.node.defaultChild as CfnDistribution;
    distribution.addPropertyOverride('DistributionConfig.CacheTagConfig.HeaderName', CACHE_TAG_HEADER);
  }

  #function(id: string, name: string, config?: object): CloudFrontFunction {
    return new CloudFrontFunction(this, id, {
      functionName: edgeNameOf(this, id),
      code: edgeCode(name, config),
      runtime: FunctionRuntime.JS_2_0,
    });
  }
}

function onRequest(edgeFunction: CloudFrontFunction): FunctionAssociation {
  return { function: edgeFunction, eventType: FunctionEventType.VIEWER_REQUEST };
}

function onResponse(edgeFunction: CloudFrontFunction): FunctionAssociation {
  return { function: edgeFunction, eventType: FunctionEventType.VIEWER_RESPONSE };
}
