/** A value as it stands in a template: JSON in which an object with one key `Ref` or `Fn::…` is an intrinsic. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [name: string]: TemplateValue };

export type TemplateObject = { readonly [name: string]: TemplateValue };

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: TemplateObject;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly Metadata?: TemplateObject;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly MinLength?: number;
  readonly MaxLength?: number;
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

export interface TemplateOutput {
  readonly Value: TemplateValue;
  readonly Condition?: string;
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, TemplateObject>>>>;
  readonly Conditions?: TemplateObject;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export function isTemplateObject(value: TemplateValue | undefined): value is TemplateObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface Intrinsic {
  readonly name: string;
  readonly argument: TemplateValue;
}

/** The intrinsic that `value` is, known or not; `undefined` for plain data. */
export function intrinsicOf(value: TemplateValue): Intrinsic | undefined {
  if (!isTemplateObject(value)) return undefined;
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  if (name !== 'Ref' && !name.startsWith('Fn::')) return undefined;
  return { name, argument: value[name] ?? null };
}

export interface Attribute {
  readonly logicalId: string;
  readonly attribute: string;
}

/** Reads the argument of `Fn::GetAtt`: `"Id.Attribute"` or `["Id", "Attribute"]`. */
export function attributeOf(argument: TemplateValue): Attribute | undefined {
  const parts = typeof argument === 'string' ? argument.split('.') : argument;
  if (!Array.isArray(parts) || !parts.every((part): part is string => typeof part === 'string')) return undefined;
  const [logicalId, ...rest] = parts;
  if (logicalId === undefined || rest.length === 0) return undefined;
  return { logicalId, attribute: rest.join('.') };
}

export interface Substitution {
  readonly text: string;
  readonly variables: TemplateObject;
}

/** Reads the argument of `Fn::Sub`: a text, or a text with variables of its own. */
export function substitutionOf(argument: TemplateValue): Substitution | undefined {
  if (typeof argument === 'string') return { text: argument, variables: {} };
  if (!Array.isArray(argument)) return undefined;
  const [text, variables] = argument;
  return typeof text === 'string' && isTemplateObject(variables) ? { text, variables } : undefined;
}

/** `${Name}`, `${Id.Attribute}` and the literal `${!Name}`. */
export const PLACEHOLDER = /\$\{(!?)([^}]+)\}/g;

/** The placeholders of an `Fn::Sub` that are not variables of its own. */
export function outerPlaceholders({ text, variables }: Substitution): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)]
    .filter(([, literal, name]) => literal === '' && name !== undefined && !(name in variables))
    .map(([, , name]) => name ?? '');
}
