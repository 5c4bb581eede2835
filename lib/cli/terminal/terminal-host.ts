import { styleText } from 'node:util';
import type { CliHost } from './command.ts';

const CLEAR_LINE = '\r\u001b[K';

/** The host of a command that runs in a terminal, a script or a pipe. */
export function terminalHost(given: Pick<CliHost, 'directory' | 'stopSignal'>): CliHost {
  const { stdout, stderr } = process;
  const isColourful = stdout.isTTY === true && stdout.hasColors();
  let progress = '';
  // `isr pages | head` closes the pipe early. Nobody reads the rest, so this is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const beside = (write: () => void): void => {
    if (progress !== '') stderr.write(CLEAR_LINE);
    write();
    if (progress !== '') stderr.write(progress);
  };
  return {
    ...given,
    out: (line) => beside(() => stdout.write(`${line}\n`)),
    err: (line) => beside(() => stderr.write(`${line}\n`)),
    progress(text) {
      if (stderr.isTTY !== true || text === progress) return;
      progress = text;
      stderr.write(CLEAR_LINE + text);
    },
    style: (style, text) => (isColourful && text !== '' ? styleText(style, text) : text),
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    environment: process.env,
  };
}
