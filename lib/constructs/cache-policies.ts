import { Duration } from 'aws-cdk-lib';
import {
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { MAX_EDGE_SECONDS } from '../core/policy/edge-cache-control.ts';
import { edgeNameOf } from './edge-name.ts';

/**
 * Of live routes: the edge keeps what a response says it may, and nothing else. All that says who asks is in the key, so
 * that not even a response that is wrong about itself gets to another viewer.
 */
export function liveCachePolicy(scope: Construct): CachePolicy {
  return new CachePolicy(scope, 'LiveCache', {
    cachePolicyName: edgeNameOf(scope, 'LiveCache'),
    comment: 'Live routes: what says that it may be kept',
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.seconds(MAX_EDGE_SECONDS),
    // The viewer-request function sets the last two.
    headerBehavior: CacheHeaderBehavior.allowList('authorization', 'x-forwarded-host', 'x-isr-deployment'),
    cookieBehavior: CacheCookieBehavior.all(),
    queryStringBehavior: CacheQueryStringBehavior.all(),
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
  });
}

export function pageCachePolicy(scope: Construct): CachePolicy {
  return new CachePolicy(scope, 'PageCache', {
    cachePolicyName: edgeNameOf(scope, 'PageCache'),
    comment: 'Pages: the origin says how long',
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.seconds(MAX_EDGE_SECONDS),
    // The viewer-request function sets both, after it has checked them.
    headerBehavior: CacheHeaderBehavior.allowList('x-prerender-revalidate', 'x-isr-draft'),
    cookieBehavior: CacheCookieBehavior.none(),
    // The viewer-request function puts the allowed parameters into the path.
    queryStringBehavior: CacheQueryStringBehavior.none(),
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
  });
}
