import { createRequire } from 'node:module';
import { IsrError } from '../core/errors.ts';
import { buildCommand } from './build.ts';
import { closest } from './closest.ts';
import { type CliHost, type Command, type ExitCode, UsageError } from './command.ts';
import { localCommand } from './local.ts';

const COMMANDS: readonly Command[] = [localCommand, buildCommand];

/** Runs the command line. Prints through the host alone; a fault of the program itself is let out. */
export async function run(argv: readonly string[], host: CliHost): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-v') return say(host, version());
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') return help(first, rest, host);
  const command = COMMANDS.find(({ name }) => name === first);
  if (command === undefined) return misused(host, unknownCommand(first), 'isr --help');
  if (rest.includes('--help') || rest.includes('-h')) return say(host, command.help);
  try {
    return await command.run(rest, host);
  } catch (error) {
    if (error instanceof UsageError) return misused(host, error.message, `isr ${command.name} --help`);
    if (!(error instanceof IsrError)) throw error;
    host.err(`isr ${command.name}: ${error.message}`);
    return 1;
  }
}

function help(first: string | undefined, [topic]: readonly string[], host: CliHost): ExitCode {
  if (topic === undefined) {
    // Without a word the user does not know what to type: that is no success.
    if (first === undefined) host.err(overview());
    else host.out(overview());
    return first === undefined ? 2 : 0;
  }
  const command = COMMANDS.find(({ name }) => name === topic);
  return command === undefined ? misused(host, unknownCommand(topic), 'isr --help') : say(host, command.help);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Incremental Static Regeneration on AWS.',
    '',
    'Usage: isr <command> [flags]',
    '',
    'Commands:',
    ...list,
    '',
    "'isr <command> --help' tells its flags; 'isr --version' the version.",
  ].join('\n');
}

function unknownCommand(name: string): string {
  const names = COMMANDS.map((command) => command.name);
  const suggestion = closest(name, names);
  const hint = suggestion === undefined ? `the commands are: ${names.join(', ')}` : `did you mean '${suggestion}'?`;
  return name.startsWith('-') ? `unknown flag '${name}'` : `unknown command '${name}'; ${hint}`;
}

function misused(host: CliHost, message: string, help: string): ExitCode {
  host.err(`isr: ${message}`);
  host.err(`See '${help}'.`);
  return 2;
}

function say(host: CliHost, text: string): ExitCode {
  host.out(text);
  return 0;
}

function version(): string {
  const description: { version: string } = createRequire(import.meta.url)('cdk-isr/package.json');
  return description.version;
}
