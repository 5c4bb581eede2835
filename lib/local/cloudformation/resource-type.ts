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

/** Of a resource that is told whatever the template says of it. */
export const ANY_PROPERTY = 'any property';

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

export interface CreatedResource extends ResourceValues {
  /** Its resolved properties, as JSON. */
  readonly fingerprint: string;
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
  readonly properties: PropertyRules | typeof ANY_PROPERTY;
  /** What `Fn::GetAtt` may ask for. */
  readonly attributes?: readonly string[] | 'any';
  create(request: ResourceRequest, context: Context): ResourceValues | Promise<ResourceValues>;
  /** Changes the resource while the stack runs. Without it, a deployment that changes such a resource is refused. */
  update?(
    request: ResourceRequest,
    context: Context,
    before: CreatedResource,
  ): ResourceValues | Promise<ResourceValues>;
}

export type ResourceTypes<Context> = Readonly<Record<string, ResourceType<Context>>>;

/** A custom resource may have a type name of its own. */
export const CUSTOM_RESOURCE = 'AWS::CloudFormation::CustomResource';

/** How a resource of this type exists here; `undefined` when it does not. */
export function typeNamed<Context>(types: ResourceTypes<Context>, name: string): ResourceType<Context> | undefined {
  return types[name] ?? (name.startsWith('Custom::') ? types[CUSTOM_RESOURCE] : undefined);
}
