/**
 * The request headers that a response says it depends on, and that no cache of ours keeps apart. `Accept-Encoding` is not
 * one of them: what is stored is not encoded, and the edge encodes it for each viewer.
 */
export function varyingNames(headers: Headers): readonly string[] {
  const names = (headers.get('vary') ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.includes('*') ? ['*'] : names.filter((name) => name !== '' && name !== 'accept-encoding');
}
