/** Header fields by lower-case name. Only `set-cookie` has more than one value that cannot be joined. */
export interface Fields {
  [name: string]: string | string[] | undefined;
}

/** The value as one string, or undefined. */
export function fieldOf(fields: Readonly<Fields>, name: string): string | undefined {
  const value = fields[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The members of a field whose value is a list, lower-case: of `Vary`, for one. */
export function listOf(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== '');
}

/** RFC 9110, section 7.6.1: they belong to one connection and are never passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

export function withoutHopByHop(fields: Readonly<Fields>): Fields {
  const named = new Set(listOf(fieldOf(fields, 'connection')));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !isHopByHop(name) && !named.has(name)));
}
