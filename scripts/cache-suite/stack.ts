import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  OriginProtocolPolicy,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type LocalStack, runStack } from '../../lib/local/stack/index.ts';
import { ROOT } from '../build-steps.ts';

const ORIGIN = 'origin.example.com';

/** Runs a distribution that is nothing but a cache: the origin decides, each URL is a key of its own. */
export async function runCache(originUrl: string): Promise<LocalStack> {
  const outdir = join(ROOT, '.test/cache-suite/cdk.out');
  await mkdir(outdir, { recursive: true });
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Cache');
  new Bucket(stack, 'Bucket');
  new Distribution(stack, 'Distribution', {
    defaultBehavior: {
      origin: new HttpOrigin(ORIGIN, { protocolPolicy: OriginProtocolPolicy.HTTP_ONLY }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: ViewerProtocolPolicy.ALLOW_ALL,
      // No cookies: CloudFront asks no conditional question where it forwards them.
      originRequestPolicy: new OriginRequestPolicy(stack, 'Forwarded', {
        headerBehavior: OriginRequestHeaderBehavior.all(),
        queryStringBehavior: OriginRequestQueryStringBehavior.all(),
        cookieBehavior: OriginRequestCookieBehavior.none(),
      }),
      cachePolicy: new CachePolicy(stack, 'Policy', {
        minTtl: Duration.seconds(0),
        // What says nothing about its life is asked for again each time, as RFC 9111 lets a cache do.
        defaultTtl: Duration.seconds(0),
        maxTtl: Duration.days(365),
        queryStringBehavior: CacheQueryStringBehavior.all(),
        headerBehavior: CacheHeaderBehavior.none(),
        cookieBehavior: CacheCookieBehavior.none(),
      }),
    },
  });
  app.synth();
  return runStack({ assembly: outdir, origins: { [ORIGIN]: originUrl }, calm: true });
}
