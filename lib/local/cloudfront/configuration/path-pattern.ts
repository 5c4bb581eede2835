import { matchText, wildcardParts } from '../../../basics/text-pattern.ts';

/**
 * The path that CloudFront compares with path patterns. It is normalised for the choice of the behavior only: functions
 * and origins get the path as the viewer sent it.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
 */
export function normalizeForMatching(uri: string): string {
  const decoded = uri.replace(/%[0-9A-Fa-f]{2}/g, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : code.toUpperCase();
  });
  const kept: string[] = [];
  const segments = decoded.split('/').slice(1);
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    const isDots = segment === '.' || segment === '..' || segment === '';
    if (!isDots) kept.push(segment);
    else if (isLast) kept.push('');
  });
  return `/${kept.join('/')}`;
}

/** `*` stands for any characters or none, `?` for exactly one; both cross slashes; case matters. */
export function compilePathPattern(pattern: string): (normalizedPath: string) => boolean {
  // The leading slash is optional: `images/*` and `/images/*` are one pattern.
  const absolute = pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`;
  const parts = wildcardParts(absolute);
  return (path) => matchText(parts, path) !== undefined;
}
