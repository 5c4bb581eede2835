import { isJsonObject } from '../basics/json-object.ts';

/**
 * The texts at a dotted path, such as `entry.tags.slug`. If there is an array on the way, there are several, unless the
 * path has an index. Numbers and booleans count as texts. Empty texts, null and objects do not.
 */
export function valuesAt(root: unknown, path: string): string[] {
  let found: unknown[] = [root];
  for (const name of path.split('.')) found = found.flatMap((value) => childrenOf(value, name));
  return found.flatMap(textsIn);
}

/** The first text at a dotted path. */
export function textAt(root: unknown, path: string): string | undefined {
  return valuesAt(root, path)[0];
}

export function objectAt(root: unknown, path: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown = root;
  for (const name of path.split('.'))
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(value) ? value : undefined;
}

/** A value per locale (`{ en: 'hello', de: 'hallo' }`), or one value for all. */
export function byLocale(value: unknown): readonly { readonly locale?: string; readonly value: string }[] {
  if (!isJsonObject(value)) return textsIn(value).map((text) => ({ value: text }));
  return Object.entries(value).flatMap(([locale, each]) => textsIn(each).map((text) => ({ locale, value: text })));
}

/** The path of an absolute URL. */
export function pathOfUrl(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : undefined;
}

function childrenOf(value: unknown, name: string): unknown[] {
  if (Array.isArray(value))
    return /^\d+$/.test(name) ? [value[Number(name)]] : value.flatMap((v) => childrenOf(v, name));
  return isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return typeof value === 'string' && value !== '' ? [value] : [];
}
