import { Duration } from 'aws-cdk-lib';
import {
  CachePolicy,
  Function as CloudFrontFunction,
  Distribution,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  type PriceClass,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { FAILED_PAGE_SECONDS } from '../core/policy/edge-cache-control.ts';
import type { FailOverConfig } from '../handover/edge-config.ts';
import { edgeCode } from './edge-code.ts';
import { edgeNameOf } from './edge-name.ts';
import { UNAVAILABLE_KEY } from './site-uploads.ts';

export interface FailOverDistributionProps {
  /** The bucket, for a distribution. */
  readonly bucketOrigin: IOrigin;
  readonly originSecret: Secret;
  readonly priceClass: PriceClass;
}

/** What S3 answers when it has no page, or cannot say. */
const NO_PAGE = [403, 404, 500, 502, 503, 504];

/**
 * A distribution in front of the bucket, which is the second origin of all pages. A missing object is a 403 for S3. This
 * one makes a 503 of it, with a page and with `Retry-After`. The site's own distribution could not: its error pages would
 * replace those of live routes too.
 */
export class FailOverDistribution extends Construct {
  readonly distribution: Distribution;
  readonly #originSecret: string;

  constructor(scope: Construct, id: string, props: FailOverDistributionProps) {
    super(scope, id);
    this.#originSecret = props.originSecret.secretValue.unsafeUnwrap();
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `Stored pages while functions fail, ${this.node.path}`.slice(0, 128),
      defaultBehavior: {
        origin: props.bucketOrigin,
        // The site's own distribution keeps and compresses them. What is kept here no revalidation would purge.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        compress: false,
        responseHeadersPolicy: this.#retryAfter(),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [{ function: this.#guard(), eventType: FunctionEventType.VIEWER_REQUEST }],
      },
      httpVersion: HttpVersion.HTTP2,
      priceClass: props.priceClass,
      errorResponses: NO_PAGE.map((httpStatus) => ({
        httpStatus,
        responseHttpStatus: 503,
        responsePagePath: `/${UNAVAILABLE_KEY}`,
        ttl: Duration.seconds(0),
      })),
    });
  }

  /** The distribution as an origin of another one. */
  get origin(): IOrigin {
    return new HttpOrigin(this.distribution.distributionDomainName, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      connectionTimeout: Duration.seconds(3),
      connectionAttempts: 2,
      customHeaders: { 'x-isr-origin-secret': this.#originSecret },
    });
  }

  /** It comes with pages as well: the viewer-response function of the site's distribution takes it away from them. */
  #retryAfter(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, 'RetryAfter', {
      responseHeadersPolicyName: edgeNameOf(this, 'RetryAfter'),
      comment: 'When to come back for a page that is not stored',
      customHeadersBehavior: {
        customHeaders: [{ header: 'retry-after', value: String(FAILED_PAGE_SECONDS), override: true }],
      },
    });
  }

  #guard(): CloudFrontFunction {
    const config: FailOverConfig = { originSecret: this.#originSecret };
    return new CloudFrontFunction(this, 'Request', {
      functionName: edgeNameOf(this, 'Request'),
      code: edgeCode('fail-over-request', config),
      runtime: FunctionRuntime.JS_2_0,
    });
  }
}
