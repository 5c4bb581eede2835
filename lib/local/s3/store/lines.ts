import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const BLOCK_BYTES = 1024 * 1024;

/** The lines of a file that are not empty; none when there is no file. A file may be longer than a string can be. */
export function* linesOf(path: string): Generator<string> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    yield* linesOfOpen(file);
  } finally {
    closeSync(file);
  }
}

function* linesOfOpen(file: number): Generator<string> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (;;) {
    const bytes = readSync(file, block);
    if (bytes === 0) break;
    const lines = (rest + decoder.write(block.subarray(0, bytes))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}
