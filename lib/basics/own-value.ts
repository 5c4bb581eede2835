/**
 * What a record holds under a name that comes from outside. `record[name]` would find `constructor` and the like, which
 * every object has by nature.
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
