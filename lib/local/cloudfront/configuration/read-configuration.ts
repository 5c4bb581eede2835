import { type Behavior, BehaviorReader } from './behavior.ts';
import type { DistributionResources } from './distribution-resources.ts';
import { type ErrorResponse, readErrorResponses } from './error-responses.ts';
import { type OriginTarget, readTargets } from './origins.ts';
import { ConfigurationFaults, checkProperties, isTrue, type KnownProperties } from './properties.ts';

export interface Configuration {
  /** In the order in which they are tried; the last one matches every path. */
  readonly behaviors: readonly Behavior[];
  readonly targets: ReadonlyMap<string, OriginTarget>;
  readonly errorResponses: ReadonlyMap<number, ErrorResponse>;
  readonly defaultRootObject: string;
  /** Lower-case name of the header that carries cache tags. */
  readonly cacheTagHeader: string | undefined;
}

const DISTRIBUTION_RULES: KnownProperties = {
  supported: [
    'CacheBehaviors',
    'CacheTagConfig',
    'CustomErrorResponses',
    'DefaultCacheBehavior',
    'DefaultRootObject',
    'Enabled',
    'OriginGroups',
    'Origins',
  ],
  ignored: {
    Aliases: 'the local edge answers whatever host is asked for; functions find it under these names',
    Comment: 'a label',
    HttpVersion: 'the local edge speaks HTTP/1.1',
    IPV6Enabled: 'the local edge listens on 127.0.0.1',
    Logging: 'requests are events of the local stack',
    PriceClass: 'every edge location is on this machine',
    ViewerCertificate: 'the local edge has a certificate made on this machine',
    WebACLId: 'a firewall is not emulated',
  },
};

const MAX_BEHAVIORS = 75;

/** Throws one error that names everything which cannot be run locally, or which AWS would not accept. */
export function readConfiguration(
  distributionId: string,
  resources: DistributionResources,
  log: (functionName: string, line: string) => void,
): Configuration {
  const faults = new ConfigurationFaults();
  const { config } = resources;
  checkProperties('DistributionConfig', config, DISTRIBUTION_RULES, faults);
  if (!isTrue(config.Enabled)) faults.add(`'DistributionConfig.Enabled' must be true`);
  const targets = readTargets(resources, faults);
  const ordered = config.CacheBehaviors ?? [];
  if (ordered.length > MAX_BEHAVIORS) faults.add(`${ordered.length} cache behaviors; AWS allows ${MAX_BEHAVIORS}`);
  const reader = new BehaviorReader(resources, targets, faults, log);
  const behaviors = [
    ...ordered.map((behavior, index) => reader.read(`CacheBehaviors[${index}]`, behavior)),
    reader.read('DefaultCacheBehavior', { ...config.DefaultCacheBehavior, PathPattern: '*' }),
  ];
  const errorResponses = readErrorResponses(config.CustomErrorResponses ?? [], faults);
  faults.throwIfAny(distributionId);
  return {
    behaviors: behaviors.filter((behavior) => behavior !== undefined),
    targets,
    errorResponses,
    defaultRootObject: (config.DefaultRootObject ?? '').replace(/^\//, ''),
    cacheTagHeader: config.CacheTagConfig?.HeaderName.toLowerCase(),
  };
}
