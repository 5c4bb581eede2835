import { reasonOf } from '../../../basics/errors.ts';
import type { Fields } from '../message/fields.ts';
import type { OriginConfig, OriginGroupConfig } from './cloudformation-shapes.ts';
import type { DistributionResources } from './distribution-resources.ts';
import { readOriginAccessControl, type Signing } from './origin-access-control.ts';
import {
  type ConfigurationFaults,
  checkProperties,
  type KnownProperties,
  readNumber,
  readOptionalNumber,
} from './properties.ts';

export interface Origin {
  readonly id: string;
  readonly kind: 's3' | 'custom';
  /** The name that the origin has on AWS: the Host header. */
  readonly domainName: string;
  /** Where it lives on this machine; for S3 with the bucket as its path. */
  readonly url: URL;
  /** `OriginPath`: '' or `/path`. */
  readonly path: string;
  readonly customHeaders: Readonly<Fields>;
  /** How often the edge asks when no response comes in time. */
  readonly attempts: number;
  readonly readTimeoutMs: number;
  /** How long the edge keeps an idle connection. */
  readonly keepaliveMs: number;
  readonly completionTimeoutMs: number | undefined;
  readonly signing: Signing | undefined;
}

/** What a behavior points at: one origin, or a group of two. */
export interface OriginTarget {
  readonly id: string;
  readonly members: readonly [Origin, ...Origin[]];
  readonly failoverStatuses: ReadonlySet<number>;
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
const DEFAULT_ATTEMPTS = 3;
const DEFAULT_READ_TIMEOUT_SECONDS = 30;
const DEFAULT_KEEPALIVE_SECONDS = 5;

const ORIGIN_RULES: KnownProperties = {
  supported: [
    'ConnectionAttempts',
    'CustomOriginConfig',
    'DomainName',
    'Id',
    'OriginAccessControlId',
    'OriginCustomHeaders',
    'OriginPath',
    'ResponseCompletionTimeout',
    'S3OriginConfig',
  ],
  ignored: {
    ConnectionTimeout: 'a local connection is refused at once or not at all',
  },
};

const CUSTOM_ORIGIN_RULES: KnownProperties = {
  supported: ['OriginKeepaliveTimeout', 'OriginReadTimeout'],
  ignored: {
    HTTPPort: 'the local address has a port of its own',
    HTTPSPort: 'the local address has a port of its own',
    IpAddressType: 'the local address is 127.0.0.1',
    OriginProtocolPolicy: 'local origins speak http',
    OriginSSLProtocols: 'local origins speak http',
  },
};

const S3_ORIGIN_RULES: KnownProperties = {
  supported: ['OriginReadTimeout'],
};

/** All that a behavior may point at, by id: the origins and the groups. */
export function readTargets(
  resources: DistributionResources,
  faults: ConfigurationFaults,
): ReadonlyMap<string, OriginTarget> {
  const targets = new Map<string, OriginTarget>();
  (resources.config.Origins ?? []).forEach((config, index) => {
    const origin = readOrigin(`Origins[${index}]`, config, resources, faults);
    targets.set(origin.id, { id: origin.id, members: [origin], failoverStatuses: new Set() });
  });
  const origins = new Map([...targets].map(([id, target]) => [id, target.members[0]]));
  (resources.config.OriginGroups?.Items ?? []).forEach((config, index) => {
    const group = readGroup(`OriginGroups[${index}]`, config, origins, faults);
    if (group !== undefined) targets.set(group.id, group);
  });
  return targets;
}

function readOrigin(
  where: string,
  config: OriginConfig,
  resources: DistributionResources,
  faults: ConfigurationFaults,
): Origin {
  checkProperties(where, config, ORIGIN_RULES, faults);
  const { S3OriginConfig: s3, CustomOriginConfig: custom } = config;
  if ((s3 === undefined) === (custom === undefined)) {
    faults.add(`'${where}' must have either S3OriginConfig or CustomOriginConfig`);
  }
  if (s3 !== undefined) checkProperties(`${where}.S3OriginConfig`, s3, S3_ORIGIN_RULES, faults);
  if (custom !== undefined) checkProperties(`${where}.CustomOriginConfig`, custom, CUSTOM_ORIGIN_RULES, faults);
  const seconds = (name: string, value: unknown, fallback: number) =>
    readOptionalNumber(`${where}.${name}`, value, fallback, faults) * 1000;
  const readTimeout = custom?.OriginReadTimeout ?? s3?.OriginReadTimeout;
  const completion = config.ResponseCompletionTimeout;
  return {
    id: config.Id,
    kind: s3 === undefined ? 'custom' : 's3',
    domainName: config.DomainName,
    url: locate(where, config.DomainName, resources, faults),
    path: config.OriginPath ?? '',
    customHeaders: readCustomHeaders(config),
    attempts: readOptionalNumber(`${where}.ConnectionAttempts`, config.ConnectionAttempts, DEFAULT_ATTEMPTS, faults),
    readTimeoutMs: seconds('OriginReadTimeout', readTimeout, DEFAULT_READ_TIMEOUT_SECONDS),
    keepaliveMs: seconds('OriginKeepaliveTimeout', custom?.OriginKeepaliveTimeout, DEFAULT_KEEPALIVE_SECONDS),
    completionTimeoutMs: completion === undefined ? undefined : seconds('ResponseCompletionTimeout', completion, 0),
    signing: readSigning(where, config, resources, faults),
  };
}

function locate(where: string, domainName: string, resources: DistributionResources, faults: ConfigurationFaults): URL {
  try {
    return new URL(resources.originUrl(domainName));
  } catch (error) {
    const reason = reasonOf(error);
    faults.add(`'${where}.DomainName' is not an origin on this machine: ${reason}`);
    return new URL('http://127.0.0.1:0');
  }
}

function readCustomHeaders(config: OriginConfig): Fields {
  const headers = config.OriginCustomHeaders ?? [];
  return Object.fromEntries(headers.map((header) => [header.HeaderName.toLowerCase(), header.HeaderValue]));
}

function readSigning(
  where: string,
  config: OriginConfig,
  resources: DistributionResources,
  faults: ConfigurationFaults,
): Signing | undefined {
  const id = config.OriginAccessControlId;
  if (id === undefined || id === '') return undefined;
  const control = resources.originAccessControls.get(id);
  if (control !== undefined) return readOriginAccessControl(`origin access control ${id}`, control, faults);
  faults.add(`'${where}.OriginAccessControlId' names no origin access control: '${id}'`);
  return undefined;
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
const FAILOVER_STATUSES = new Set([400, 403, 404, 416, 429, 500, 502, 503, 504]);
const GROUP_PROPERTIES = ['Id', 'FailoverCriteria', 'Members'];

function readGroup(
  where: string,
  config: OriginGroupConfig,
  origins: ReadonlyMap<string, Origin>,
  faults: ConfigurationFaults,
): OriginTarget | undefined {
  const ignored = { SelectionCriteria: 'the default, in order, is all that is emulated' };
  checkProperties(
    where,
    config,
    { supported: GROUP_PROPERTIES, ...(isDefaultSelection(config) && { ignored }) },
    faults,
  );
  const members = config.Members.Items.map(({ OriginId: id }) => {
    const origin = origins.get(id);
    if (origin === undefined) faults.add(`'${where}.Members' names no origin: '${id}'`);
    return origin;
  }).filter((origin) => origin !== undefined);
  const statuses = config.FailoverCriteria.StatusCodes.Items.map((status) => {
    const code = readNumber(`${where}.FailoverCriteria`, status, faults);
    if (!FAILOVER_STATUSES.has(code)) faults.add(`'${where}.FailoverCriteria' has ${code}, which CloudFront refuses`);
    return code;
  });
  const [primary, secondary, ...more] = members;
  if (primary === undefined || secondary === undefined || more.length > 0) {
    faults.add(`'${where}' must have two members`);
    return undefined;
  }
  return { id: config.Id, members: [primary, secondary], failoverStatuses: new Set(statuses) };
}

function isDefaultSelection(config: OriginGroupConfig): boolean {
  return config.SelectionCriteria === undefined || config.SelectionCriteria === 'default';
}
