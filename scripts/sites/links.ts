import { type Answer, typeOf } from './ask.ts';

const IN_HTML = [
  /<(?:a|link|area)\b[^>]*?\shref\s*=\s*["']([^"']*)["']/gi,
  /<(?:img|script|source|video|audio|iframe|embed)\b[^>]*?\ssrc\s*=\s*["']([^"']*)["']/gi,
  /<(?:astro-island)\b[^>]*?\s(?:component-url|renderer-url)\s*=\s*["']([^"']*)["']/gi,
  /<meta\b[^>]*?\scontent\s*=\s*["']((?:https?:\/)?\/[^"']*)["']/gi,
];
const STYLE = /<style\b[^>]*>([\s\S]*?)<\/style>/gi;
const SRCSET = /\ssrcset\s*=\s*["']([^"']*)["']/gi;
const FORM = /<form\b([^>]*)>([\s\S]*?)<\/form>/gi;
const IN_CSS = /url\(\s*["']?([^"')]+)["']?\s*\)/gi;
const IN_XML = /<(?:loc|link|guid[^>]*)>\s*([^<\s]+)\s*</gi;

/** The paths on the same site that a response leads to, with their queries. `at` is the URL that was asked. */
export function linksOf(answer: Answer, at: URL, origins: readonly string[]): readonly string[] {
  const text = answer.body.toString('utf8');
  return referencesIn(text, typeOf(answer)).flatMap((reference) => {
    const url = URL.parse(decodeEntities(reference), at.href) ?? undefined;
    const isOwn = url !== undefined && origins.includes(url.origin.replace(/^https:/, 'http:'));
    return isOwn ? [url.pathname + url.search] : [];
  });
}

function referencesIn(text: string, type: string): readonly string[] {
  if (type === 'text/css') return firstGroups(text, IN_CSS);
  if (type === 'text/xml' || type === 'application/xml' || type.endsWith('+xml')) return firstGroups(text, IN_XML);
  if (type !== 'text/html') return [];
  const sets = firstGroups(text, SRCSET).flatMap((set) =>
    set.split(',').map((part) => part.trim().split(/\s/)[0] ?? ''),
  );
  const inTags = IN_HTML.flatMap((pattern) => firstGroups(text, pattern));
  const styles = firstGroups(text, STYLE).flatMap((style) => firstGroups(style, IN_CSS));
  return [...inTags, ...sets, ...styles, ...getForms(text)];
}

/** What a form that gets sends when its fields have the text `test`. */
function getForms(text: string): readonly string[] {
  return [...text.matchAll(FORM)].flatMap(([, attributes = '', content = '']) => {
    if (/method\s*=\s*["']?(?:post|dialog)/i.test(attributes)) return [];
    const action = /action\s*=\s*["']([^"']*)["']/i.exec(attributes)?.[1] ?? '';
    const names = [...content.matchAll(/<(?:input|select|textarea)\b[^>]*?\sname\s*=\s*["']([^"']+)["']/gi)];
    const query = new URLSearchParams(names.map(([, name = '']): [string, string] => [name, 'test']));
    return [`${action}?${query}`];
  });
}

function firstGroups(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group).filter((group) => group !== '');
}

function decodeEntities(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&#38;', '&').replaceAll('&#x26;', '&').replaceAll('&quot;', '"');
}
