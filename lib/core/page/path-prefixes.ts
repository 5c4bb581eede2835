/** `/blog/a` is covered by `/blog/` and `/blog/a/`. `/` is left out: it covers everything. */
export function prefixesOf(path: string): string[] {
  const prefixes: string[] = [];
  for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1))
    prefixes.push(path.slice(0, end + 1));
  if (path !== '/') prefixes.push(`${path}/`);
  return prefixes;
}
