import type { PropertyReader } from './property-reader.ts';

/** What is done with a property: emulated, deliberately without effect (for a reason), or an object with rules of its own. */
export type PropertyRule = 'emulated' | IgnoredProperty | NestedProperties;

export interface IgnoredProperty {
  readonly ignored: string;
}

/** The rules hold for the object, or for each object of the list. */
export interface NestedProperties {
  readonly nested: PropertyRules;
}

export type PropertyRules = Readonly<Record<string, PropertyRule>>;

export function ignored(reason: string): IgnoredProperty {
  return { ignored: reason };
}

export function nested(rules: PropertyRules): NestedProperties {
  return { nested: rules };
}

/** What `Ref` and `Fn::GetAtt` answer for a resource that exists. */
export interface ResourceValues {
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  /** `Site/Serve`: the path of the construct within its stack; `SiteServe` where the template has no paths. */
  readonly constructPath: string;
  /** Name that CloudFormation would generate, without its random part. */
  readonly generatedName: string;
  readonly properties: PropertyReader;
}

/** How one CloudFormation resource type exists on this machine. */
export interface ResourceType<Context> {
  readonly properties: PropertyRules;
  /** What `Fn::GetAtt` may ask for. */
  readonly attributes?: readonly string[];
  create(request: ResourceRequest, context: Context): ResourceValues | Promise<ResourceValues>;
  /** Changes the resource while the stack runs. Without it, a deployment that changes such a resource is refused. */
  update?(request: ResourceRequest, context: Context, before: ResourceValues): ResourceValues | Promise<ResourceValues>;
}

export type ResourceTypes<Context> = Readonly<Record<string, ResourceType<Context>>>;
