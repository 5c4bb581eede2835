/** Reads resolved properties with their types; every error names the resource and the property. */
export class PropertyReader {
  readonly #where: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(where: string, values: Readonly<Record<string, unknown>>) {
    this.#where = where;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  string(name: string): string {
    return this.#required(name, this.optionalString(name));
  }

  optionalString(name: string): string | undefined {
    const value = this.#values[name];
    if (typeof value === 'string' || value === undefined) return value;
    // CloudFormation turns scalars into the type that the property has.
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#mistyped(name, 'a string');
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) throw this.#mistyped(name, 'a number');
    return number;
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.#values[name];
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw this.#mistyped(name, 'true or false');
  }

  strings(name: string): readonly string[] {
    const value = this.#values[name] ?? [];
    if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
    throw this.#mistyped(name, 'a list of strings');
  }

  stringMap(name: string): Readonly<Record<string, string>> {
    const entries = Object.entries(this.#object(name) ?? {});
    return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
  }

  object(name: string): PropertyReader {
    return this.#required(name, this.optionalObject(name));
  }

  optionalObject(name: string): PropertyReader | undefined {
    const value = this.#object(name);
    return value === undefined ? undefined : new PropertyReader(`${this.#where}.${name}`, value);
  }

  objects(name: string): readonly PropertyReader[] {
    const value = this.#values[name] ?? [];
    if (!Array.isArray(value)) throw this.#mistyped(name, 'a list');
    return value.map((item, index) => new PropertyReader(`${this.#where}.${name}[${index}]`, item));
  }

  /** All resolved values as they are, for a reader that knows no names. */
  get all(): Readonly<Record<string, unknown>> {
    return this.#values;
  }

  /** The resolved value as it is, for a reader that checks it itself. */
  raw(name: string): unknown {
    return this.#values[name];
  }

  #object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.#mistyped(name, 'an object');
  }

  #required<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) throw new Error(`${this.#where}.${name} is missing; set it in the CDK app`);
    return value;
  }

  #mistyped(name: string, expected: string): Error {
    return new Error(`${this.#where}.${name} must be ${expected}, got ${JSON.stringify(this.#values[name])}`);
  }
}
