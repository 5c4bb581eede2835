import { IsrError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one variable, or says what it must be. */
export type Reader<T> = (value: string | undefined) => { readonly value: T } | { readonly fault: string };

export type Readers<T> = { readonly [K in keyof T]: readonly [variable: string, reader: Reader<T[K]>] };

/** Reads all variables, or throws INVALID_CONFIGURATION that names every fault. */
export function readEnvironment<T extends object>(what: string, readers: Readers<T>, environment: Environment): T {
  const faults: string[] = [];
  const entries = Object.entries<readonly [string, Reader<unknown>]>(readers).map(([name, [variable, reader]]) => {
    const result = reader(environment[variable]);
    if ('value' in result) return [name, result.value];
    faults.push(`${variable} ${result.fault}`);
    return [name, undefined];
  });
  if (faults.length > 0) throw new IsrError('INVALID_CONFIGURATION', `cannot start ${what}: ${faults.join('; ')}`);
  return Object.fromEntries(entries) as T;
}

export const text: Reader<string> = (value) => (value ? { value } : { fault: 'is not set' });

export const optionalText: Reader<string | undefined> = (value) => ({ value: value || undefined });

export const positiveInteger: Reader<number> = (value) =>
  value !== undefined && /^[1-9]\d*$/.test(value)
    ? { value: Number(value) }
    : { fault: `must be a positive integer, got '${value ?? ''}'` };

/** `false`, or a positive number of seconds. */
export const expiration: Reader<number | false> = (value) => {
  if (value === 'false') return { value: false };
  const result = positiveInteger(value);
  return 'value' in result ? result : { fault: `must be 'false' or a positive integer, got '${value ?? ''}'` };
};

/** Items with commas between; none when it is not set. */
export const list: Reader<readonly string[]> = (value) => ({ value: itemsIn(value) });

export const hashes: Reader<readonly string[]> = (value) => {
  const items = itemsIn(value);
  return items.every((hash) => /^[0-9a-f]{64}$/.test(hash))
    ? { value: items }
    : { fault: 'must be SHA-256 hashes (64 hex digits each) with commas between' };
};

export function oneOf<T extends string>(...values: readonly T[]): Reader<T> {
  return (value) => {
    const found = values.find((candidate) => candidate === value);
    return found === undefined
      ? { fault: `must be one of ${values.join(', ')}, got '${value ?? ''}'` }
      : { value: found };
  };
}

function itemsIn(value: string | undefined): string[] {
  return (value ?? '').split(',').filter((item) => item !== '');
}
