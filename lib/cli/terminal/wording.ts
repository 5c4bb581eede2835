import type { CliHost, Style } from './command.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** `25 s`, `3 min`, `7 h`, `12 d`. Minutes are used from two on, hours and days from one on. */
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

/** Replaces control characters, which a terminal would obey: a path or a log line may come from anybody. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}

/** Cuts a text to a width. `undefined` stands for no limit: the output does not go to a terminal. */
export function cutTo(columns: number | undefined, text: string): string {
  if (columns === undefined || text.length <= columns) return text;
  return columns < 2 ? '' : `${text.slice(0, columns - 1)}…`;
}

/** A cell of a table. It is padded before it is coloured, because the codes of colours would count as width. */
export function cell(host: CliHost, text: string, width: number, style?: Style): string {
  const padded = text.padEnd(width);
  return style === undefined ? padded : host.style(style, padded);
}

/** A name and its value, as one row of a list: `  age            12 s`. */
export function row(name: string, value: string): string {
  return `  ${name.padEnd(15)}${printable(value)}`;
}
