import type { Template, TemplateParameter } from './template.ts';
import type { TemplateFault } from './template-error.ts';

export interface ResolvedParameters {
  readonly values: ReadonlyMap<string, string | readonly string[]>;
  readonly faults: readonly TemplateFault[];
}

/** The values of a template's parameters: as given, else their defaults. Reports what is missing, unknown or not allowed. */
export function resolveParameters(template: Template, given: Readonly<Record<string, string>>): ResolvedParameters {
  const parameters = template.Parameters ?? {};
  const values = new Map<string, string | readonly string[]>();
  const faults: TemplateFault[] = unknownParameters(parameters, given);
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = given[name] ?? parameter.Default?.toString();
    // Only CDK's bootstrap rule reads such a parameter; it says nothing about this machine.
    const isFromParameterStore = parameter.Type.startsWith('AWS::SSM::Parameter') && given[name] === undefined;
    if (isFromParameterStore) continue;
    if (value === undefined) {
      faults.push(fault(name, 'it has no value', `give it one with --parameter ${name}=value`));
      continue;
    }
    const problem = problemOf(parameter, value);
    if (problem !== undefined) faults.push(fault(name, problem, `give another value with --parameter ${name}=value`));
    values.set(name, isList(parameter) ? value.split(',').map((item) => item.trim()) : value);
  }
  return { values, faults };
}

function unknownParameters(known: Readonly<Record<string, unknown>>, given: Readonly<Record<string, string>>) {
  const names = Object.keys(known).join(', ') || 'none';
  return Object.keys(given)
    .filter((name) => !(name in known))
    .map((name) => fault(name, 'the stack has no such parameter', `its parameters are: ${names}`));
}

function fault(name: string, what: string, next: string): TemplateFault {
  return { where: `parameter ${name}`, what, next };
}

function isList({ Type: type }: TemplateParameter): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function problemOf(parameter: TemplateParameter, value: string): string | undefined {
  const { AllowedValues, AllowedPattern, MinLength = 0, MaxLength = Number.POSITIVE_INFINITY } = parameter;
  const { MinValue = Number.NEGATIVE_INFINITY, MaxValue = Number.POSITIVE_INFINITY } = parameter;
  const got = `got '${value}'`;
  if (AllowedValues !== undefined && !AllowedValues.map(String).includes(value)) {
    return `it must be one of ${AllowedValues.join(', ')}, ${got}`;
  }
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    return `it must match ${AllowedPattern}, ${got}`;
  }
  if (value.length < MinLength || value.length > MaxLength) {
    return `it must have ${MinLength} to ${MaxLength} characters, ${got}`;
  }
  if (parameter.Type !== 'Number') return undefined;
  const number = Number(value);
  return number >= MinValue && number <= MaxValue
    ? undefined
    : `it must be a number from ${MinValue} to ${MaxValue}, ${got}`;
}
