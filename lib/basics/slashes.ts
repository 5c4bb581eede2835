import type { ReadableText } from './text-pattern.ts';

/** Without slashes at both ends. `/\/+$/` would start anew at each slash of a text that has many of them. */
export function trimSlashes(text: ReadableText): string {
  let begin = 0;
  while (text.charAt(begin) === '/') begin++;
  return text.slice(begin, endOf(text, begin));
}

export function trimTrailingSlashes(text: ReadableText): string {
  return text.slice(0, endOf(text, 0));
}

/** Behind the last character that is no slash. */
function endOf(text: ReadableText, begin: number): number {
  let end = text.length;
  while (end > begin && text.charAt(end - 1) === '/') end--;
  return end;
}
