import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS, loadCommand } from '../../lib/cli/run.ts';
import { readFlags } from '../../lib/cli/terminal/flags.ts';

interface Example {
  readonly from: string;
  readonly line: string;
}

/** Lines of shell examples that call `isr`. */
function examplesIn(path: string): Example[] {
  const blocks = [...readFileSync(path, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('isr '));
  return lines.map((line) => ({ from: path, line }));
}

async function examplesInHelp(): Promise<Example[]> {
  const helps = await Promise.all(
    COMMANDS.map(async (name) => ({ name, help: (await loadCommand(name))?.help ?? '' })),
  );
  return helps.flatMap(({ name, help }) => {
    const lines = (help.split('Examples:\n')[1] ?? '').split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '').map((line) => ({ from: `isr ${name} --help`, line }));
  });
}

/** Words as a shell splits them: single quotes, and comments at the end. */
function wordsOf(line: string): string[] {
  const words = line.replace(/\s#.*$/, '').match(/'[^']*'|\S+/g) ?? [];
  return words.map((word) => word.replace(/^'(.*)'$/, '$1'));
}

const examples = [...examplesIn('docs/cli.md'), ...examplesIn('README.md'), ...(await examplesInHelp())];

test.each(examples)('$from: $line', async ({ line }) => {
  const [, name = '', ...argv] = wordsOf(line);
  const command = await loadCommand(name);
  if (command === undefined) throw new Error(`there is no command '${name}'`);
  const { positionals } = readFlags(argv, command.flags, command.allowPositionals);
  expect(positionals).toHaveLength(command.allowPositionals ? 1 : 0);
});

describe.each(COMMANDS)('isr %s', (name) => {
  test('has an example in its help and a section in docs/cli.md', async () => {
    expect(examples.some(({ from }) => from === `isr ${name} --help`)).toBe(true);
    expect(readFileSync('docs/cli.md', 'utf8')).toContain(`\n## isr ${name}\n`);
  });

  test('tells every flag that it takes, in lines that a wide terminal holds', async () => {
    const { help = '', flags = {} } = (await loadCommand(name)) ?? {};
    expect(Object.keys(flags).filter((flag) => !help.includes(`--${flag}`))).toEqual([]);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});
