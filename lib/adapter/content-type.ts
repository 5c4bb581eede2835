import { createRequire } from 'node:module';

type Lookup = (extension: string) => string | undefined;

// Astro's own dependency, found from where Astro is installed: package managers need not hoist it.
const fromHere = createRequire(import.meta.url);
const fromAstro = createRequire(fromHere.resolve('astro/package.json'));
const { lookup } = fromAstro('mrmime') as { readonly lookup: Lookup };

/** The content type of a file by its name; text is UTF-8. */
export function contentTypeOf(file: string): string {
  const type = lookup(file) ?? 'application/octet-stream';
  return /^text\/|javascript|json|xml/.test(type) && !type.includes('charset') ? `${type}; charset=utf-8` : type;
}
