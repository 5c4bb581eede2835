import { reasonOf } from '../../../basics/errors.ts';
import { EdgeFunction, type FunctionEventType } from '../functions/edge-function.ts';
import type { EdgeFunctions } from '../functions/run-viewer-functions.ts';
import type { CacheBehaviorConfig } from './cloudformation-shapes.ts';
import type { DistributionResources } from './distribution-resources.ts';
import { readAllowedMethods, readCachedMethods } from './methods.ts';
import type { OriginTarget } from './origins.ts';
import { compilePathPattern } from './path-pattern.ts';
import {
  type CachePolicySettings,
  FORWARD_NOTHING,
  MANAGED_CACHE_POLICIES,
  MANAGED_ORIGIN_REQUEST_POLICIES,
  type OriginRequestPolicySettings,
  readCachePolicy,
  readOriginRequestPolicy,
} from './policies.ts';
import { type ConfigurationFaults, checkProperties, isTrue, type KnownProperties } from './properties.ts';
import {
  MANAGED_RESPONSE_HEADERS_POLICIES,
  type ResponseHeadersPolicy,
  readResponseHeadersPolicy,
} from './response-headers-policy.ts';

export interface Behavior {
  readonly pathPattern: string;
  readonly matches: (normalizedPath: string) => boolean;
  readonly target: OriginTarget;
  readonly allowedMethods: ReadonlySet<string>;
  readonly cachedMethods: ReadonlySet<string>;
  readonly cachePolicy: CachePolicySettings;
  readonly compress: boolean;
  readonly originRequestPolicy: OriginRequestPolicySettings;
  readonly responseHeadersPolicy: ResponseHeadersPolicy | undefined;
  readonly functions: EdgeFunctions;
}

export function forwardsCookies({ cachePolicy, originRequestPolicy }: Behavior): boolean {
  return cachePolicy.cookies.takes !== 'none' || originRequestPolicy.cookies.takes !== 'none';
}

const BEHAVIOR_RULES: KnownProperties = {
  supported: [
    'AllowedMethods',
    'CachePolicyId',
    'CachedMethods',
    'Compress',
    'FunctionAssociations',
    'OriginRequestPolicyId',
    'PathPattern',
    'ResponseHeadersPolicyId',
    'TargetOriginId',
  ],
  ignored: {
    RealtimeLogConfigArn: 'requests are events of the local stack',
    ViewerProtocolPolicy: 'the local edge answers by http too, and presents itself as https',
  },
};

export class BehaviorReader {
  readonly #resources: DistributionResources;
  readonly #targets: ReadonlyMap<string, OriginTarget>;
  readonly #faults: ConfigurationFaults;
  readonly #log: (functionName: string, line: string) => void;
  readonly #functions = new Map<string, EdgeFunction | undefined>();

  constructor(
    resources: DistributionResources,
    targets: ReadonlyMap<string, OriginTarget>,
    faults: ConfigurationFaults,
    log: (functionName: string, line: string) => void,
  ) {
    this.#resources = resources;
    this.#targets = targets;
    this.#faults = faults;
    this.#log = log;
  }

  read(where: string, config: CacheBehaviorConfig): Behavior | undefined {
    checkProperties(where, config, BEHAVIOR_RULES, this.#faults);
    const target = this.#targets.get(config.TargetOriginId);
    if (target === undefined) this.#faults.add(`'${where}.TargetOriginId' names no origin: '${config.TargetOriginId}'`);
    const cachePolicy = this.#cachePolicy(where, config.CachePolicyId);
    if (target === undefined || cachePolicy === undefined) return undefined;
    const pathPattern = config.PathPattern ?? '';
    if (pathPattern === '') this.#faults.add(`'${where}.PathPattern' is missing`);
    return {
      pathPattern,
      matches: compilePathPattern(pathPattern),
      target,
      allowedMethods: readAllowedMethods(where, config.AllowedMethods, target, this.#faults),
      cachedMethods: readCachedMethods(where, config.CachedMethods, this.#faults),
      cachePolicy,
      compress: isTrue(config.Compress),
      originRequestPolicy: this.#originRequestPolicy(where, config.OriginRequestPolicyId),
      responseHeadersPolicy: this.#responseHeadersPolicy(where, config.ResponseHeadersPolicyId),
      functions: this.#associations(where, config.FunctionAssociations ?? []),
    };
  }

  #cachePolicy(where: string, id: string | undefined): CachePolicySettings | undefined {
    const policies = [this.#resources.cachePolicies, MANAGED_CACHE_POLICIES];
    const config = this.#find(`${where}.CachePolicyId`, id, policies);
    return config && readCachePolicy(`cache policy ${id}`, config, this.#faults);
  }

  #originRequestPolicy(where: string, id: string | undefined): OriginRequestPolicySettings {
    if (id === undefined) return FORWARD_NOTHING;
    const policies = [this.#resources.originRequestPolicies, MANAGED_ORIGIN_REQUEST_POLICIES];
    const config = this.#find(`${where}.OriginRequestPolicyId`, id, policies);
    return config ? readOriginRequestPolicy(`origin request policy ${id}`, config, this.#faults) : FORWARD_NOTHING;
  }

  #responseHeadersPolicy(where: string, id: string | undefined): ResponseHeadersPolicy | undefined {
    if (id === undefined) return undefined;
    const policies = [this.#resources.responseHeadersPolicies, MANAGED_RESPONSE_HEADERS_POLICIES];
    const config = this.#find(`${where}.ResponseHeadersPolicyId`, id, policies);
    return config && readResponseHeadersPolicy(`response headers policy ${id}`, config, this.#faults);
  }

  #find<T>(where: string, id: string | undefined, policies: readonly ReadonlyMap<string, T>[]): T | undefined {
    const found = policies.map((known) => known.get(id ?? '')).find((config) => config !== undefined);
    if (found === undefined) this.#faults.add(`'${where}' names no policy that is known locally: '${id}'`);
    return found;
  }

  #associations(
    where: string,
    associations: readonly { readonly EventType: string; readonly FunctionARN: string }[],
  ): EdgeFunctions {
    const functions = new Map<FunctionEventType, EdgeFunction>();
    for (const { EventType: eventType, FunctionARN: arn } of associations) {
      if (eventType !== 'viewer-request' && eventType !== 'viewer-response') {
        this.#faults.add(`'${where}.FunctionAssociations' has an unknown EventType: '${eventType}'`);
        continue;
      }
      const edgeFunction = this.#function(where, arn);
      if (edgeFunction !== undefined) functions.set(eventType, edgeFunction);
    }
    return functions;
  }

  // One function may serve many behaviors; it is checked and compiled once.
  #function(where: string, arn: string): EdgeFunction | undefined {
    if (this.#functions.has(arn)) return this.#functions.get(arn);
    const code = this.#resources.functions.get(arn);
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    let edgeFunction: EdgeFunction | undefined;
    try {
      if (code === undefined) throw new Error(`'${where}.FunctionAssociations' names no function: '${arn}'`);
      edgeFunction = new EdgeFunction(name, code, (line) => this.#log(name, line));
    } catch (error) {
      this.#faults.add(reasonOf(error));
    }
    this.#functions.set(arn, edgeFunction);
    return edgeFunction;
  }
}
