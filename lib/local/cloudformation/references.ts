import {
  attributeOf,
  intrinsicOf,
  isTemplateObject,
  outerPlaceholders,
  substitutionOf,
  type TemplateResource,
  type TemplateValue,
} from './template.ts';

/** A name that a value refers to: a resource or parameter, or an attribute of a resource. */
export interface Reference {
  readonly name: string;
  readonly attribute?: string;
}

/** Everything that `value` refers to, in both branches of each `Fn::If`. */
export function referencesIn(value: TemplateValue): readonly Reference[] {
  const intrinsic = intrinsicOf(value);
  if (intrinsic === undefined) return childrenOf(value).flatMap(referencesIn);
  const { name, argument } = intrinsic;
  if (name === 'Ref') return typeof argument === 'string' ? [{ name: argument }] : [];
  if (name === 'Fn::GetAtt') {
    const found = attributeOf(argument);
    return found === undefined ? [] : [{ name: found.logicalId, attribute: found.attribute }];
  }
  if (name === 'Fn::Sub') return substitutionReferences(argument);
  return childrenOf(argument).flatMap(referencesIn);
}

function substitutionReferences(argument: TemplateValue): readonly Reference[] {
  const substitution = substitutionOf(argument);
  if (substitution === undefined) return [];
  const outer = outerPlaceholders(substitution).map((placeholder) => {
    const found = attributeOf(placeholder);
    return found === undefined ? { name: placeholder } : { name: found.logicalId, attribute: found.attribute };
  });
  return [...outer, ...referencesIn(substitution.variables)];
}

export function childrenOf(value: TemplateValue): readonly TemplateValue[] {
  if (Array.isArray(value)) return value;
  return isTemplateObject(value) ? Object.values(value) : [];
}

/**
 * The logical ids in an order in which each resource comes after those that it refers to; the template's order otherwise.
 * Throws on a circle, as CloudFormation does.
 */
export function creationOrder(resources: Readonly<Record<string, TemplateResource>>): readonly string[] {
  const ordered = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const resource = resources[logicalId];
    if (resource === undefined || ordered.has(logicalId)) return;
    if (path.includes(logicalId)) {
      const circle = [...path.slice(path.indexOf(logicalId)), logicalId].join(' -> ');
      throw new Error(`circular dependency between resources: ${circle}; CloudFormation refuses this template too`);
    }
    for (const name of needsOf(resource)) visit(name, [...path, logicalId]);
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(resources)) visit(logicalId, []);
  return [...ordered];
}

function needsOf({ Properties = {}, DependsOn = [] }: TemplateResource): readonly string[] {
  return [...referencesIn(Properties).map(({ name }) => name), ...[DependsOn].flat()];
}
