import type { CliHost, Style } from './command.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** `25 s`, `3 min`, `7 h`, `12 d`: the largest unit of which there are at least two, or one for hours and days. */
export function durationOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  for (const [unit, size] of UNITS) {
    if (seconds >= (unit === 'min' ? 2 : 1) * size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${seconds} s`;
}

/** `512 B`, `3.4 kB`, `1.2 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Without what a terminal takes for a command: a path or a log line may come from anybody. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}

/** `undefined` stands for no limit: the output is not a terminal. */
export function cutTo(columns: number | undefined, text: string): string {
  if (columns === undefined || text.length <= columns) return text;
  return columns < 2 ? '' : `${text.slice(0, columns - 1)}…`;
}

/** Padded first, so that colours do not count as width. */
export function cell(host: CliHost, text: string, width: number, style?: Style): string {
  const padded = text.padEnd(width);
  return style === undefined ? padded : host.style(style, padded);
}

/** One name and its value in a list of such: `age            12 s`. */
export function row(name: string, value: string): string {
  return `  ${name.padEnd(15)}${printable(value)}`;
}
