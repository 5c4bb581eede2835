import { IsrError, reasonOf } from '../../basics/errors.ts';
import type { StackAssembly } from './assembly.ts';
import { checkTemplate } from './check-template.ts';
import { resolveDynamicReferences, type SecretReader } from './dynamic-references.ts';
import { resolveParameters } from './parameters.ts';
import { PropertyReader } from './property-reader.ts';
import { creationOrder } from './references.ts';
import { Resolver } from './resolver.ts';
import { type CreatedResource, type ResourceTypes, typeNamed } from './resource-type.ts';
import type { Template, TemplateResource } from './template.ts';
import { TemplateError } from './template-error.ts';

export interface CreateOptions<Context> {
  readonly types: ResourceTypes<Context>;
  readonly context: Context;
  readonly region: string;
  readonly accountId: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly readSecret: SecretReader;
  /** The stack as it runs: what has not changed since stays, what has is updated. @default a new stack */
  readonly before?: CreatedStack | undefined;
  /** Told after each resource. */
  readonly onCreated?: (logicalId: string) => void;
}

export interface CreatedStack {
  readonly resources: ReadonlyMap<string, CreatedResource>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Creates, or updates, each resource of the stack after those that it refers to, as CloudFormation does. Refuses the whole template first. */
export async function createResources<Context>(
  { stackName, template }: StackAssembly,
  options: CreateOptions<Context>,
): Promise<CreatedStack> {
  const parameters = resolveParameters(template, options.parameters);
  const faults = [...checkTemplate(template, options.types), ...parameters.faults];
  if (faults.length > 0) throw new TemplateError(`cannot run the stack '${stackName}' on this machine`, faults);
  const { region, accountId } = options;
  const resources = new Map<string, CreatedResource>();
  const resolver = new Resolver({
    template,
    region,
    accountId,
    stackName,
    parameters: parameters.values,
    resources,
  });
  for (const logicalId of creationOrder(template.Resources)) {
    const resource = template.Resources[logicalId];
    if (resource === undefined) continue;
    if (resource.Condition !== undefined && !resolver.condition(resource.Condition)) continue;
    resources.set(logicalId, await createResource(logicalId, resource, { stackName, resolver, options }));
    options.onCreated?.(logicalId);
  }
  return { resources, outputs: resolveOutputs(template, resolver) };
}

interface Surroundings<Context> {
  readonly stackName: string;
  readonly resolver: Resolver;
  readonly options: CreateOptions<Context>;
}

async function createResource<Context>(
  logicalId: string,
  resource: TemplateResource,
  { stackName, resolver, options }: Surroundings<Context>,
): Promise<CreatedResource> {
  const where = `${logicalId} (${resource.Type})`;
  const type = typeNamed(options.types, resource.Type);
  if (type === undefined) throw new Error(`${where} is not emulated`);
  try {
    const resolved = resolveDynamicReferences(resolver.resolve(resource.Properties ?? {}), options.readSecret);
    const request = {
      logicalId,
      type: resource.Type,
      constructPath: constructPathOf(logicalId, resource),
      generatedName: `${stackName}-${logicalId}`,
      properties: new PropertyReader(where, resolved as Record<string, unknown>),
    };
    const fingerprint = JSON.stringify(resolved);
    const before = options.before?.resources.get(logicalId);
    if (before?.fingerprint === fingerprint) return before;
    if (before === undefined) return { ...(await type.create(request, options.context)), fingerprint };
    if (type.update === undefined) throw new Error('it cannot be changed while the stack runs; start it again');
    return { ...(await type.update(request, options.context, before)), fingerprint };
  } catch (cause) {
    if (cause instanceof IsrError) throw cause;
    const message = `cannot create ${where} on this machine: ${reasonOf(cause)}`;
    throw new IsrError('TEMPLATE_NOT_SUPPORTED', message, { cause });
  }
}

function constructPathOf(logicalId: string, { Metadata }: TemplateResource): string {
  const path = Metadata?.['aws:cdk:path'];
  // `cdk synth` writes paths, a plain `node bin/app.ts` does not: then it is the logical id without CDK's hash.
  if (typeof path !== 'string') return logicalId.replace(/[0-9A-F]{8}$/, '');
  return path
    .split('/')
    .slice(1)
    .filter((segment) => segment !== 'Resource' && segment !== 'Default')
    .join('/');
}

function resolveOutputs(template: Template, resolver: Resolver): Readonly<Record<string, string>> {
  const existing = Object.entries(template.Outputs ?? {}).filter(
    ([, { Condition }]) => Condition === undefined || resolver.condition(Condition),
  );
  return Object.fromEntries(existing.map(([name, { Value }]) => [name, String(resolver.resolve(Value))]));
}
