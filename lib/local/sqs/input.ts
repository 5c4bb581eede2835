import { isJsonObject } from '../../basics/json-object.ts';
import { ApiError } from '../aws-api/api-error.ts';
import { invalidParameter } from './errors.ts';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The parameters of a call, or of one entry of a batch, read one by one. Each method throws ApiError for what is wrong. */
export class Input {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  static ofBody(body: Buffer): Input {
    if (body.length === 0) return new Input({});
    let fields: unknown;
    try {
      fields = JSON.parse(body.toString());
    } catch {
      fields = undefined;
    }
    if (!isJsonObject(fields))
      throw new ApiError('SerializationException', 'The body of the request is no JSON object');
    return new Input(fields);
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value) return value;
    throw new ApiError('MissingParameter', `The request must contain the parameter ${name}.`);
  }

  optionalText(name: string): string | undefined {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw invalidParameter(name, JSON.stringify(value), 'It must be a string.');
  }

  optionalInteger(name: string, { from, to }: Range): number | undefined {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined) return undefined;
    const number = typeof value === 'string' ? Number(value) : value;
    if (Number.isInteger(number) && Number(number) >= from && Number(number) <= to) return Number(number);
    throw invalidParameter(name, value, `Must be between ${from} and ${to}, if provided.`);
  }

  integer(name: string, range: Range): number {
    const value = this.optionalInteger(name, range);
    if (value === undefined) throw new ApiError('MissingParameter', `The request must contain the parameter ${name}.`);
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.#fields[name] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw invalidParameter(name, JSON.stringify(value), 'It must be a list of strings.');
  }

  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.#fields[name] ?? {};
    if (isJsonObject(value)) return value;
    throw invalidParameter(name, JSON.stringify(value), 'It must be a map.');
  }

  entries(name: string): readonly Input[] {
    const value = this.#fields[name] ?? [];
    if (Array.isArray(value) && value.every(isJsonObject)) return value.map((fields) => new Input(fields));
    throw invalidParameter(name, JSON.stringify(value), 'It must be a list of maps.');
  }
}
