import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Check, integerBetween, listOf, optional, recordOf, text } from '../basics/checks.ts';
import { Faults, type Given } from '../basics/faults.ts';
import type { ContentTypes } from '../build/content-type.ts';
import type { Build } from '../build/read-build.ts';
import type { IsrSiteProps } from './isr-site-props.ts';
import {
  contentType,
  environmentVariable,
  queryParameter,
  siteOrigin,
  unlessToken,
  wholeDays,
  wholeSeconds,
} from './prop-checks.ts';
import { type SiteSchedule, siteSchedules } from './site-schedules.ts';
import { readSiteWebhooks, type SiteWebhooks } from './site-webhooks.ts';

/** The props, checked and with their defaults. */
export interface SiteSettings {
  /** `undefined` if the site has only the distribution's own domain. */
  readonly siteUrl: string | undefined;
  readonly domainNames: readonly string[];
  readonly certificate: ICertificate | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly queryParameters: readonly string[];
  readonly contentTypes: ContentTypes;
  readonly renderMemoryMiB: number;
  readonly renderTimeout: Duration;
  readonly renderConcurrency: number | undefined;
  readonly originTimeout: Duration;
  readonly liveTimeout: Duration;
  readonly imageMemoryMiB: number;
  readonly imageConcurrency: number | undefined;
  readonly warmPages: number;
  readonly warmConcurrency: number;
  readonly warmTimeout: Duration;
  readonly uploadMemoryMiB: number | undefined;
  /** `undefined`: what the files need. */
  readonly uploadDiskMiB: number | undefined;
  readonly pageRetention: Duration;
  readonly removalPolicy: RemovalPolicy;
  readonly webhooks: SiteWebhooks;
  readonly schedules: readonly SiteSchedule[];
  readonly logRetention: RetentionDays;
  readonly priceClass: PriceClass;
  readonly webAclId: string | undefined;
}

/**
 * @param path of the construct, for the message
 * @throws IsrError INVALID_OPTION, naming every fault at once
 */
export function readSiteSettings(props: IsrSiteProps, build: Build, path: string): SiteSettings {
  const faults = new Faults('the props');
  const given = faults.in(props);
  const settings = {
    ...readValues(given, props, build),
    certificate: props.certificate,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
    priceClass: props.priceClass ?? PriceClass.PRICE_CLASS_ALL,
    webAclId: props.webAclId,
  };
  return faults.accept(settings, 'INVALID_OPTION', (sentences) => `${sentences} (at ${path})`);
}

/** The values that are checked. */
type CheckedValues = Omit<SiteSettings, 'certificate' | 'removalPolicy' | 'logRetention' | 'priceClass' | 'webAclId'>;

function readValues(given: Given, props: IsrSiteProps, build: Build): CheckedValues {
  const read = <T>(name: keyof IsrSiteProps, check: Check<T>): T | undefined =>
    optional(check)(given.at(name, props[name]));
  const domainNames = read('domainNames', listOf(text)) ?? [];
  if (domainNames.length > 0 && props.certificate === undefined) {
    given
      .at('certificate', undefined)
      .mustBe(`one of us-east-1 that covers ${domainNames.join(', ')}`, "'domainNames' needs it");
  }
  const [domainName] = domainNames;
  const longest = Duration.seconds(build.manifest.maxDurationSeconds ?? 30);
  const ownUrl = domainName === undefined ? build.manifest.site : `https://${domainName}`;
  const queryParameters = read('queryParameters', listOf(queryParameter)) ?? build.manifest.isr.allowQuery;
  return {
    siteUrl: (read('siteUrl', siteOrigin) ?? ownUrl)?.replace(/\/$/, ''),
    domainNames,
    environment: read('environment', recordOf(environmentVariable)) ?? {},
    queryParameters,
    contentTypes: read('contentTypes', recordOf(contentType)) ?? {},
    renderMemoryMiB: read('renderMemoryMiB', unlessToken(integerBetween(128, 10_240))) ?? 1024,
    renderConcurrency: read('renderConcurrency', unlessToken(integerBetween(2, 1000))),
    renderTimeout: read('renderTimeout', wholeSeconds(1, 120)) ?? longest,
    // Two of the seconds are for serving the old page if a render is too slow, see `serveRenderTimeout`.
    originTimeout: read('originTimeout', wholeSeconds(3, 120)) ?? Duration.seconds(15),
    liveTimeout: read('liveTimeout', wholeSeconds(1, 120)) ?? longest,
    imageMemoryMiB: read('imageMemoryMiB', unlessToken(integerBetween(512, 10_240))) ?? 1536,
    imageConcurrency: read('imageConcurrency', unlessToken(integerBetween(1, 1000))),
    warmPages: read('warmPages', integerBetween(0, 100_000)) ?? 1000,
    warmConcurrency: read('warmConcurrency', unlessToken(integerBetween(1, 100))) ?? 8,
    warmTimeout: read('warmTimeout', wholeSeconds(1, 600)) ?? Duration.minutes(5),
    uploadMemoryMiB: read('uploadMemoryMiB', integerBetween(128, 10_240)),
    uploadDiskMiB: read('uploadDiskMiB', integerBetween(512, 10_240)),
    pageRetention: read('pageRetention', wholeDays(1, 31)) ?? Duration.days(31),
    webhooks: readSiteWebhooks(given.at('webhooks', props.webhooks)),
    schedules:
      read(
        'revalidateEvery',
        siteSchedules({ allowQuery: queryParameters, hasHtmlEndings: build.manifest.hasHtmlEndings ?? false }),
      ) ?? [],
  };
}
