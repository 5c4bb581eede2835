#!/usr/bin/env node
import { run } from '../lib/cli/run.ts';
import { terminalHost } from '../lib/cli/terminal/terminal-host.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await run(
  process.argv.slice(2),
  terminalHost({ directory: process.cwd(), stopSignal: stopping.signal }),
);
