import { createRequire } from 'node:module';
import { IsrError } from '../basics/errors.ts';
import { closest } from './terminal/closest.ts';
import { type CliHost, type Command, type ExitCode, FailedCommand, UsageError } from './terminal/command.ts';
import { withoutToken } from './terminal/redact.ts';

interface Entry {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads the module only when it is needed, so that help and typing errors are answered at once. */
  load(): Promise<Command>;
}

const ENTRIES: Readonly<Record<string, Entry>> = {
  local: {
    summary: 'run a synthesized stack (cdk.out) on this machine',
    load: async () => (await import('./commands/local/index.ts')).localCommand,
  },
  build: {
    summary: 'build a fetch handler into .isr/, for IsrSite to deploy',
    load: async () => (await import('./commands/build.ts')).buildCommand,
  },
  revalidate: {
    summary: 'revalidate paths, tags, prefixes or everything',
    load: async () => (await import('./commands/revalidate/index.ts')).revalidateCommand,
  },
  status: {
    summary: 'what the edge and the origin say about a page, and why',
    load: async () => (await import('./commands/status/index.ts')).statusCommand,
  },
  pages: {
    summary: 'list what is stored: state, age, expiration, size, tags',
    load: async () => (await import('./commands/pages.ts')).pagesCommand,
  },
  forget: {
    summary: 'remove a page from every deployment and from the edge',
    load: async () => (await import('./commands/forget.ts')).forgetCommand,
  },
  tail: {
    summary: 'show what happens, live',
    load: async () => (await import('./commands/tail/index.ts')).tailCommand,
  },
};

export const COMMANDS: readonly string[] = Object.keys(ENTRIES);

/** The command of that name; `undefined` when there is none. */
export async function loadCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(ENTRIES, name) ? ENTRIES[name]?.load() : undefined;
}

/** Runs the command line. Prints only through the host. An unexpected error is a bug and is thrown on. */
export async function run(argv: readonly string[], givenHost: CliHost): Promise<ExitCode> {
  const host = withoutToken(argv, givenHost);
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-v') return say(host, version());
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') return help(first, rest, host);
  const command = await loadCommand(first);
  if (command === undefined) return misused(host, unknownCommand(first), 'isr --help');
  if (rest.includes('--help') || rest.includes('-h')) return say(host, command.help);
  try {
    return await command.run(rest, host);
  } catch (error) {
    host.progress('');
    if (error instanceof UsageError) return misused(host, error.message, `isr ${first} --help`);
    if (!(error instanceof IsrError || error instanceof FailedCommand)) throw error;
    host.err(`isr ${first}: ${error.message}`);
    return 1;
  }
}

async function help(first: string | undefined, [topic]: readonly string[], host: CliHost): Promise<ExitCode> {
  if (topic === undefined) {
    // Nothing was done, so this is no success.
    if (first === undefined) host.err(overview());
    else host.out(overview());
    return first === undefined ? 2 : 0;
  }
  const command = await loadCommand(topic);
  return command === undefined ? misused(host, unknownCommand(topic), 'isr --help') : say(host, command.help);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((name) => name.length));
  const list = Object.entries(ENTRIES).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Incremental Static Regeneration on AWS.',
    '',
    'Usage: isr <command> [flags]',
    '',
    'Commands:',
    ...list,
    '',
    "'isr <command> --help' lists its flags; 'isr --version' prints the version.",
  ].join('\n');
}

function unknownCommand(name: string): string {
  const suggestion = closest(name, COMMANDS);
  const hint = suggestion === undefined ? `the commands are: ${COMMANDS.join(', ')}` : `did you mean '${suggestion}'?`;
  return name.startsWith('-') ? `unknown flag '${name.split('=')[0]}'` : `unknown command '${name}'; ${hint}`;
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
