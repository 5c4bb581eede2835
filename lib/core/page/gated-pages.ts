// Which pages lie behind the site's middleware. Bundled into the CloudFront function too: see page-key.ts for what its
// language lacks.

/** Whether a page key, or a decoded path, is that of one of the folders or lies below. `folders`: `/docs/members`. */
export function isBehindMiddleware(path: string, folders: readonly string[]): boolean {
  for (let i = 0; i < folders.length; i++) {
    const folder = folders[i] as string;
    if (path === folder || path.slice(0, folder.length + 1) === `${folder}/`) return true;
  }
  return false;
}
