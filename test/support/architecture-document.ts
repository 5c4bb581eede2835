import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DOCUMENT = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs/architecture.md');

export interface Room {
  /** From the root of the project, without a slash at its end. */
  readonly folder: string;
  /** Rooms below it that its line names in place of lines of their own. */
  readonly named: readonly string[];
  readonly sentence: string;
}

/** Each line of the tree. */
export function readRooms(): readonly Room[] {
  const [, tree = ''] = /```\n([\s\S]*?)```/.exec(sectionOf('Rooms')) ?? [];
  let above = '';
  return tree
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, indent = '', name = '', sentence = ''] = /^( *)(\S+)\/ {2,}(\S.*)$/.exec(line) ?? [];
      const folder = indent === '' ? name : `${above}/${name}`;
      if (indent === '') above = name;
      const named = [...sentence.matchAll(/`([\w-]+)\/`/g)].map(([, below]) => `${folder}/${below}`);
      return { folder, named, sentence };
    });
}

export interface Walk {
  readonly name: string;
  /** The files of each process, in the order in which it comes to them. */
  readonly processes: readonly (readonly string[])[];
}

export function readWalks(): readonly Walk[] {
  return partsOf(sectionOf('Walks'), '### ').map(([name, text]) => ({
    name,
    processes: text
      .split(/^\d+\. .*$/m)
      .slice(1)
      .map((steps) => [...steps.matchAll(/^ +- `([^`]+)`/gm)].map(([, file = '']) => file)),
  }));
}

function sectionOf(name: string): string {
  const found = partsOf(readFileSync(DOCUMENT, 'utf8'), '## ').find(([heading]) => heading === name);
  if (found === undefined) throw new Error(`docs/architecture.md has no section '${name}'`);
  return found[1];
}

/** Name and text below each heading of one level. */
function partsOf(text: string, mark: string): (readonly [name: string, text: string])[] {
  return `\n${text}`
    .split(`\n${mark}`)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name, lines.join('\n')];
    });
}
