import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { runStack } from '../../lib/local/stack/index.ts';
import type { Servers } from './crawl.ts';

export interface RunningServers extends Servers {
  /** What the functions and the server logged. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** Runs the site by @astrojs/node and on the local stack. */
export async function startServers(entry: string, assembly: string): Promise<RunningServers> {
  const lines: string[] = [];
  const stack = await runStack({
    assembly,
    calm: true,
    onEvent: (event) => {
      if (event.kind === 'log') lines.push(`${event.functionName}: ${event.line}`);
    },
  });
  const node = await startNode(entry, lines).catch(async (error: unknown) => {
    await stack.stop();
    throw error;
  });
  return {
    node: node.url,
    isr: stack.siteUrl,
    lines,
    async stop() {
      await node.stop();
      await stack.stop();
    },
  };
}

async function startNode(entry: string, lines: string[]): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const environment = { ...process.env, HOST: '127.0.0.1', PORT: String(port) };
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  createInterface(child.stderr).on('line', (line) => lines.push(`node: ${line}`));
  const isUp = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(`node: ${line}`);
      if (line.includes(`:${port}`)) resolve();
    });
  });
  const isOver = exited.then(() => Promise.reject(new Error(`${entry} ended:\n${lines.join('\n')}`)));
  isOver.catch(() => {});
  await Promise.race([isUp, isOver]);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
