import { Duration } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  type Function as CloudFrontFunction,
  FunctionEventType,
  type FunctionUrlOriginAccessControl,
  type IOrigin,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, OriginGroup } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Construct } from 'constructs';
import { ONE_YEAR_SECONDS } from '../core/policy/freshness.ts';
import { VARIANT_EXPIRES_HEADER, VARIANT_SOURCE_ETAG_HEADER } from '../images/variant-headers.ts';
import { edgeNameOf } from './edge-name.ts';
import { HEADERS_OF_AWS } from './hidden-headers.ts';
import { IMAGE_TIMEOUT, type SiteImages } from './site-images.ts';

export interface ImageBehaviorProps {
  readonly images: SiteImages;
  readonly imageRequest: CloudFrontFunction;
  readonly functionAccess: FunctionUrlOriginAccessControl;
  /** Gives what is stored, and 503 when nothing is. */
  readonly failOver: IOrigin;
  readonly failoverStatuses: number[];
}

/** The behaviors of the image endpoint: the function first, and what is stored in S3 when that fails. */
export function imageBehaviors(scope: Construct, props: ImageBehaviorProps): Record<string, BehaviorOptions> {
  const { images } = props;
  const behavior: BehaviorOptions = {
    origin: new OriginGroup({
      primaryOrigin: FunctionUrlOrigin.withOriginAccessControl(images.url, {
        readTimeout: IMAGE_TIMEOUT,
        connectionTimeout: Duration.seconds(3),
        connectionAttempts: 1,
        originAccessControl: props.functionAccess,
      }),
      fallbackOrigin: props.failOver,
      fallbackStatusCodes: props.failoverStatuses,
    }),
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
    cachePolicy: imageCachePolicy(scope),
    responseHeadersPolicy: imageHeaders(scope, images.images.contentSecurityPolicy),
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    functionAssociations: [{ function: props.imageRequest, eventType: FunctionEventType.VIEWER_REQUEST }],
  };
  const { path } = images.images;
  return { [path]: behavior, [`${path}/`]: behavior };
}

function imageCachePolicy(scope: Construct): CachePolicy {
  return new CachePolicy(scope, 'ImageCache', {
    cachePolicyName: edgeNameOf(scope, 'ImageCache'),
    comment: 'Images: the origin says how long',
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.seconds(ONE_YEAR_SECONDS),
    headerBehavior: CacheHeaderBehavior.none(),
    cookieBehavior: CacheCookieBehavior.none(),
    // Made by the viewer-request function, one for each path. What is in the cache key is sent to the origin too.
    queryStringBehavior: CacheQueryStringBehavior.allowList('image'),
  });
}

function imageHeaders(scope: Construct, contentSecurityPolicy: string): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, 'ImageHeaders', {
    responseHeadersPolicyName: edgeNameOf(scope, 'ImageHeaders'),
    comment: 'An SVG that is opened as a page runs no script of the site',
    // The second origin sends `retry-after` with what it has, too.
    removeHeaders: [...HEADERS_OF_AWS, VARIANT_EXPIRES_HEADER, VARIANT_SOURCE_ETAG_HEADER, 'retry-after'],
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
    },
  });
}
