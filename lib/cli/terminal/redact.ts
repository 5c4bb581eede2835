import type { CliHost } from './command.ts';

const SHORTEST_SECRET = 8;

/** A host that prints `***` in place of the token, even when a server or a library repeats it. */
export function withoutToken(argv: readonly string[], host: CliHost): CliHost {
  const secrets = tokensOf(argv, host).flatMap(spellingsOf);
  if (secrets.length === 0) return host;
  const clean = (text: string): string => secrets.reduce((line, secret) => line.replaceAll(secret, '***'), text);
  return {
    directory: host.directory,
    environment: host.environment,
    stopSignal: host.stopSignal,
    columns: host.columns,
    style: (style, text) => host.style(style, text),
    out: (line) => host.out(clean(line)),
    err: (line) => host.err(clean(line)),
    progress: (text) => host.progress(clean(text)),
  };
}

function tokensOf(argv: readonly string[], { environment }: CliHost): string[] {
  const given = argv.flatMap((word, i) => {
    if (word === '--token') return argv[i + 1] ?? [];
    return word.startsWith('--token=') ? word.slice('--token='.length) : [];
  });
  // A shorter text would hide ordinary words, and no site accepts so short a token.
  return [...given, environment.ISR_TOKEN?.trim() ?? ''].filter((token) => token.length >= SHORTEST_SECRET);
}

function spellingsOf(token: string): string[] {
  return [token, JSON.stringify(token).slice(1, -1), encodeURIComponent(token.toWellFormed())];
}
