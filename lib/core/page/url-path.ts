// The path of a URL. Bundled into the CloudFront function too: see page-key.ts for what its language lacks.

// As Astro tells files from pages: https://github.com/withastro/astro/blob/main/packages/internal-helpers/src/path.ts
const FILE_NAME = /.\.\w+$/;

/** Whether it looks like the name of a file. */
export function isFileName(segment: string): boolean {
  return FILE_NAME.test(segment);
}

/** Whether the path looks like that of a file, such as `/rss.xml`: no slash is added to it. */
export function isFilePath(path: string): boolean {
  return isFileName(path.slice(path.lastIndexOf('/') + 1));
}

/** Astro's own paths, and others of which it never changes the slash at the end. */
export function isInternalPath(path: string): boolean {
  return /^\/[_@.]|^\/\/+[^/]/.test(path);
}

/** As a URL parser reads it: a backslash is a slash, and dot segments are resolved. */
export function normalizePath(path: string): string {
  const parts = path.replace(/\\/g, '/').split('/');
  const kept: string[] = [];
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] as string;
    const dots = part.replace(/%2e/gi, '.');
    if (dots === '..') kept.pop();
    if (dots !== '.' && dots !== '..') kept.push(part);
    else if (i === parts.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
