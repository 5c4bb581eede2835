import type { CliHost } from './command.ts';

const SHORTEST_SECRET = 8;

/** A host that prints `***` for the token, whoever repeats it: a server's response, an error of a library. */
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
  // A shorter one would hide ordinary words, and is no token that a site takes.
  return [...given, environment.ISR_TOKEN?.trim() ?? ''].filter((token) => token.length >= SHORTEST_SECRET);
}

function spellingsOf(token: string): string[] {
  return [token, JSON.stringify(token).slice(1, -1), encodeURIComponent(token.toWellFormed())];
}
