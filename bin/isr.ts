#!/usr/bin/env node
import { run } from '../lib/cli/run.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await run(process.argv.slice(2), {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  directory: process.cwd(),
  stopSignal: stopping.signal,
});
