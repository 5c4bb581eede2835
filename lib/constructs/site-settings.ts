import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IsrError } from '../basics/errors.ts';
import type { Build } from '../build/read-build.ts';
import type { IsrSiteProps } from './isr-site-props.ts';
import { readWebhooks, type SiteWebhooks } from './site-webhooks.ts';

/** The props, checked and with their defaults. */
export interface SiteSettings {
  /** `undefined` when only the distribution's own domain is known. */
  readonly siteUrl: string | undefined;
  readonly domainNames: readonly string[];
  readonly certificate: ICertificate | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly queryParameters: readonly string[];
  readonly renderMemoryMiB: number;
  readonly renderTimeout: Duration;
  readonly renderConcurrency: number | undefined;
  readonly originTimeout: Duration;
  readonly liveTimeout: Duration;
  readonly pageRetention: Duration;
  readonly removalPolicy: RemovalPolicy;
  readonly webhooks: SiteWebhooks;
  readonly logRetention: RetentionDays;
  readonly priceClass: PriceClass;
  readonly webAclId: string | undefined;
}

/**
 * @param path of the construct, for the message
 * @throws IsrError INVALID_OPTION, naming every fault at once
 */
export function readSiteSettings(props: IsrSiteProps, build: Build, path: string): SiteSettings {
  const { faults: webhookFaults, ...webhooks } = readWebhooks(props.webhooks);
  const faults = [
    ...valueFaults(props),
    ...domainFaults(props),
    ...Object.keys(props.environment ?? {}).flatMap(variableFaults),
    ...webhookFaults,
  ];
  if (faults.length > 0) throw new IsrError('INVALID_OPTION', `${faults.join('; ')} (at ${path})`);
  return {
    siteUrl: siteUrlOf(props, build),
    domainNames: props.domainNames ?? [],
    certificate: props.certificate,
    environment: props.environment ?? {},
    queryParameters: props.queryParameters ?? build.manifest.isr.allowQuery,
    renderMemoryMiB: props.renderMemoryMiB ?? 1024,
    renderTimeout: props.renderTimeout ?? Duration.seconds(30),
    renderConcurrency: props.renderConcurrency,
    originTimeout: props.originTimeout ?? Duration.seconds(15),
    liveTimeout: props.liveTimeout ?? Duration.seconds(30),
    pageRetention: props.pageRetention ?? Duration.days(31),
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    webhooks,
    logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
    priceClass: props.priceClass ?? PriceClass.PRICE_CLASS_ALL,
    webAclId: props.webAclId,
  };
}

/** What is wrong with the name of an environment variable. */
export function variableFaults(name: string): string[] {
  if (/^(ISR_|AWS_|LAMBDA_)/.test(name)) {
    return [`'environment' must not set '${name}': names that begin with ISR_, AWS_ or LAMBDA_ are taken`];
  }
  if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(name)) {
    return [
      `'environment' has the name '${name}': a name has letters, digits and underscores, and begins with a letter`,
    ];
  }
  return [];
}

function siteUrlOf(props: IsrSiteProps, build: Build): string | undefined {
  const domain = props.domainNames?.[0];
  const url = props.siteUrl ?? (domain === undefined ? build.manifest.site : `https://${domain}`);
  return url?.replace(/\/$/, '');
}

function valueFaults(props: IsrSiteProps): string[] {
  return [
    ...numberFaults('renderMemoryMiB', props.renderMemoryMiB, 128, 10_240),
    ...numberFaults('renderConcurrency', props.renderConcurrency, 2, 1000),
    ...secondsFaults('renderTimeout', props.renderTimeout, 1, 120),
    // Two seconds are for serving the old page when a render takes too long, see `serveRenderTimeout`.
    ...secondsFaults('originTimeout', props.originTimeout, 3, 120),
    ...secondsFaults('liveTimeout', props.liveTimeout, 1, 120),
    ...retentionFaults(props.pageRetention),
    ...(props.queryParameters ?? [])
      .filter((name) => name === '' || name.includes(','))
      .map((name) => `'queryParameters' must not be empty and have no comma, got '${name}'`),
  ];
}

function numberFaults(name: string, value: number | undefined, min: number, max: number): string[] {
  if (value === undefined || Token.isUnresolved(value)) return [];
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [`'${name}' must be an integer between ${min} and ${max}, got ${value}`];
}

function secondsFaults(name: string, value: Duration | undefined, min: number, max: number): string[] {
  if (value === undefined || value.isUnresolved()) return [];
  const seconds = value.toMilliseconds() / 1000;
  if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return [];
  return [`'${name}' must be whole seconds between ${min} and ${max}, got ${value.toHumanString()}`];
}

function retentionFaults(value: Duration | undefined): string[] {
  if (value === undefined || value.isUnresolved()) return [];
  const days = value.toDays({ integral: false });
  if (Number.isInteger(days) && days >= 1 && days <= 31) return [];
  return [`'pageRetention' must be whole days between 1 and 31, got ${value.toHumanString()}`];
}

function domainFaults({ domainNames, certificate, siteUrl }: IsrSiteProps): string[] {
  const faults: string[] = [];
  if (domainNames !== undefined && domainNames.length > 0 && certificate === undefined) {
    faults.push(`'domainNames' needs 'certificate', one of us-east-1 that covers ${domainNames.join(', ')}`);
  }
  if (siteUrl !== undefined && !Token.isUnresolved(siteUrl) && !/^https?:\/\/[^/?#]+\/?$/.test(siteUrl)) {
    faults.push(`'siteUrl' must be an origin such as 'https://example.com', got '${siteUrl}'`);
  }
  return faults;
}
