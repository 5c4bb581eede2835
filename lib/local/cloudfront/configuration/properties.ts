/** Collects everything wrong with one distribution, so that it is reported at once. */
export class ConfigurationFaults {
  readonly #messages: string[] = [];

  add(message: string): void {
    this.#messages.push(message);
  }

  throwIfAny(distributionId: string): void {
    if (this.#messages.length === 0) return;
    throw new Error(`cannot run distribution '${distributionId}' locally: ${this.#messages.join('; ')}`);
  }
}

/** The properties of one object of a configuration that the emulator knows. */
export interface KnownProperties {
  readonly supported: readonly string[];
  /** Without effect on one machine, each for the reason given. */
  readonly ignored?: Readonly<Record<string, string>>;
}

/** Records a fault for every property that is neither implemented nor ignored on purpose. */
export function checkProperties(
  where: string,
  value: object,
  rules: KnownProperties,
  faults: ConfigurationFaults,
): void {
  for (const [name, setting] of Object.entries(value)) {
    if (rules.supported.includes(name) || (rules.ignored && Object.hasOwn(rules.ignored, name))) continue;
    if (isAbsent(setting)) continue;
    faults.add(`'${where}.${name}' is not implemented by the local CloudFront`);
  }
}

// `SmoothStreaming: false` or `LambdaFunctionAssociations: []` ask for nothing.
function isAbsent(setting: unknown): boolean {
  if (setting === undefined || setting === null || setting === '' || setting === false || setting === 'false')
    return true;
  return Array.isArray(setting) && setting.length === 0;
}

/** CloudFormation takes `15` and `"15"` alike. */
export function readNumber(where: string, value: unknown, faults: ConfigurationFaults): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  faults.add(`'${where}' must be a number, got '${String(value)}'`);
  return 0;
}

export function readOptionalNumber(
  where: string,
  value: unknown,
  fallback: number,
  faults: ConfigurationFaults,
): number {
  return value === undefined ? fallback : readNumber(where, value, faults);
}

/** CloudFormation takes `true` and `"true"` alike. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

export function readOneOf<T extends string>(
  where: string,
  value: unknown,
  choices: readonly T[],
  faults: ConfigurationFaults,
): T {
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  faults.add(`'${where}' must be one of ${choices.join(', ')} for the local CloudFront, got '${String(value)}'`);
  return choices[0] as T;
}
