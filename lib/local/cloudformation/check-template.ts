import { childrenOf, referencesIn } from './references.ts';
import { INTRINSICS, PSEUDO_PARAMETERS } from './resolver.ts';
import { ANY_PROPERTY, type PropertyRules, type ResourceTypes, typeNamed } from './resource-type.ts';
import { intrinsicOf, isTemplateObject, type Template, type TemplateResource, type TemplateValue } from './template.ts';
import type { TemplateFault } from './template-error.ts';

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  // CDK's one rule checks the version of the bootstrap stack, which a local run does not have.
  'Rules',
];
const RESOURCE_FIELDS = [
  'Condition',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
];
const CHANGE_APP = 'remove it from the stack that runs locally, or teach the local runtime (lib/local/stack/resources)';

/** Every type, property, attribute, name and intrinsic of the template that the local runtime does not know. */
export function checkTemplate<Context>(template: Template, types: ResourceTypes<Context>): readonly TemplateFault[] {
  const sections = Object.keys(template).filter((section) => !SECTIONS.includes(section));
  const outputs = Object.entries(template.Outputs ?? {});
  return [
    ...sections.map((section) => ({ where: `section ${section}`, what: 'it is not emulated', next: CHANGE_APP })),
    ...Object.entries(template.Resources).flatMap(([id, resource]) => checkResource(template, types, id, resource)),
    ...outputs.flatMap(([name, { Value }]) => checkValue(template, types, `output ${name}`, Value)),
  ];
}

function checkResource<Context>(
  template: Template,
  types: ResourceTypes<Context>,
  logicalId: string,
  resource: TemplateResource,
): readonly TemplateFault[] {
  const where = `${logicalId} (${resource.Type})`;
  const type = typeNamed(types, resource.Type);
  if (type === undefined) return [{ where, what: 'this resource type is not emulated', next: CHANGE_APP }];
  const fields = Object.keys(resource).filter((field) => !RESOURCE_FIELDS.includes(field));
  const properties = resource.Properties ?? {};
  return [
    ...fields.map((field) => ({ where: `${where} ${field}`, what: 'it is not emulated', next: CHANGE_APP })),
    ...(type.properties === ANY_PROPERTY ? [] : checkProperties(type.properties, where, properties)),
    ...checkValue(template, types, where, properties),
  ];
}

function checkProperties(rules: PropertyRules, where: string, value: TemplateValue): readonly TemplateFault[] {
  const intrinsic = intrinsicOf(value);
  // Both branches of an Fn::If are checked; what any other intrinsic answers is no object of properties.
  if (intrinsic !== undefined)
    return childrenOf(intrinsic.argument).flatMap((item) => checkProperties(rules, where, item));
  if (Array.isArray(value)) return value.flatMap((item, index) => checkProperties(rules, `${where}[${index}]`, item));
  if (!isTemplateObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const path = where.endsWith(')') ? `${where} ${name}` : `${where}.${name}`;
    const rule = rules[name];
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ') || 'none';
      return [{ where: path, what: 'this property is not emulated', next: `${CHANGE_APP}; known here: ${known}` }];
    }
    return typeof rule === 'object' && 'nested' in rule ? checkProperties(rule.nested, path, item) : [];
  });
}

function checkValue<Context>(
  template: Template,
  types: ResourceTypes<Context>,
  where: string,
  value: TemplateValue,
): readonly TemplateFault[] {
  return [
    ...unknownIntrinsics(value).map((name) => ({ where, what: `${name} is not emulated`, next: CHANGE_APP })),
    ...unknownDynamicReferences(value).map((text) => ({
      where,
      what: `the dynamic reference ${text}… is not emulated`,
      next: 'use a secret of the stack: {{resolve:secretsmanager:…:SecretString:…}}',
    })),
    ...unknownNames(template, types, where, value),
  ];
}

function unknownNames<Context>(
  template: Template,
  types: ResourceTypes<Context>,
  where: string,
  value: TemplateValue,
): readonly TemplateFault[] {
  return referencesIn(value).flatMap(({ name, attribute }) => {
    const resource = template.Resources[name];
    if (attribute === undefined) {
      const isKnown = resource !== undefined || name in (template.Parameters ?? {}) || isPseudo(name);
      return isKnown ? [] : [{ where, what: `it refers to '${name}', which does not exist`, next: 'synthesize again' }];
    }
    if (resource === undefined) {
      return [{ where, what: `it refers to '${name}.${attribute}', which does not exist`, next: 'synthesize again' }];
    }
    const type = typeNamed(types, resource.Type);
    // The missing type has a fault of its own.
    if (type === undefined || type.attributes === 'any' || type.attributes?.includes(attribute)) return [];
    const known = type.attributes?.join(', ') ?? 'none';
    const what = `the attribute '${attribute}' of ${name} (${resource.Type}) is not emulated`;
    return [{ where, what, next: `${CHANGE_APP}; known here: ${known}` }];
  });
}

function isPseudo(name: string): boolean {
  return PSEUDO_PARAMETERS.some((pseudo) => pseudo === name);
}

function unknownIntrinsics(value: TemplateValue): readonly string[] {
  const intrinsic = intrinsicOf(value);
  const inner = childrenOf(value).flatMap(unknownIntrinsics);
  if (intrinsic === undefined || INTRINSICS.some((known) => known === intrinsic.name)) return inner;
  return [intrinsic.name, ...inner];
}

function unknownDynamicReferences(value: TemplateValue): readonly string[] {
  if (typeof value !== 'string') return childrenOf(value).flatMap(unknownDynamicReferences);
  return value.match(/\{\{resolve:(?!secretsmanager:)[^:}]*/g) ?? [];
}
