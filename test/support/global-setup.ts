import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { buildTestAssembly } from './test-assembly.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers where the example's cloud assembly is, and builds it at the first request of a run. */
    readonly testAssemblyUrl: string;
  }
}

/** Tests run in processes of their own: the first that needs the assembly has it built here, and the others wait. */
export async function setup(project: TestProject): Promise<() => void> {
  let assembly: Promise<string> | undefined;
  const server = createServer((_, response) => {
    assembly ??= buildTestAssembly();
    assembly.then(
      (directory) => response.end(JSON.stringify({ directory })),
      (error: unknown) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  // The first answer comes after the build.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('testAssemblyUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
