import { existsSync, readFileSync } from 'node:fs';

/** Reads a file that the construct writes beside the bundle, once, when it is first asked for. */
export function assetJson<T>(name: string, whenAbsent: T): () => T {
  let value: T | undefined;
  return () => {
    const file = new URL(`./${name}`, import.meta.url);
    value ??= existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : whenAbsent;
    return value;
  };
}
