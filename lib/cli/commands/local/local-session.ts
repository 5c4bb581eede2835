import { once } from 'node:events';
import { startInspector } from '../../../inspector/server.ts';
import { WATCHED_HEADERS } from '../../../inspector/watched-headers.ts';
import type { StackPorts } from '../../../local/stack/context.ts';
import { type LocalStack, type RunStackOptions, runStack } from '../../../local/stack/index.ts';
import { writeSession } from '../../site/session-file.ts';
import type { CliHost } from '../../terminal/command.ts';
import { isPlatformLine, shortName, withoutPreamble } from '../../terminal/log-text.ts';

export const LOCAL_PORTS = { site: 4400, revalidate: 4401, inspector: 4402, contentApi: 4403 } as const;

export interface LocalSessionOptions extends Omit<RunStackOptions, 'ports'> {
  readonly ports: { readonly site: number; readonly revalidate: number; readonly inspector: number };
}

export interface LocalSession {
  readonly stack: LocalStack;
  /** Absent in a stack without a revalidate function. */
  readonly revalidateUrl: string | undefined;
  readonly inspectorUrl: string;
  /** Resolves once the user has asked to stop and everything has ended. */
  readonly stopped: Promise<void>;
}

/** Runs a stack and its inspector until the host's stop signal. Prints what the functions log. */
export async function runLocalSession(
  options: LocalSessionOptions,
  host: Pick<CliHost, 'out' | 'stopSignal'>,
): Promise<LocalSession> {
  const stack = await runStack({
    ...options,
    ports: stackPorts(options.ports),
    watchedHeaders: WATCHED_HEADERS,
    onEvent: (event) => {
      // The inspector shows better what Lambda's own lines say.
      if (event.kind !== 'log' || isPlatformLine(event.line)) return;
      host.out(`[${shortName(event.functionName)}] ${withoutPreamble(event.line)}`);
    },
  });
  const inspector = await startInspector({ stack, port: options.ports.inspector }).catch(async (error: unknown) => {
    await stack.stop();
    throw error;
  });
  const hasRevalidate = stack.functions.some(({ constructPath }) => /revalidate$/i.test(constructPath));
  const revalidateUrl = hasRevalidate ? stack.functionUrl('revalidate') : undefined;
  const forget = await announce(stack, options.dataDirectory, revalidateUrl, inspector.url);
  const stop = async () => {
    if (!host.stopSignal.aborted) await once(host.stopSignal, 'abort');
    await forget();
    await inspector.stop();
    await stack.stop();
  };
  return { stack, revalidateUrl, inspectorUrl: inspector.url, stopped: stop() };
}

function stackPorts({ site, revalidate }: LocalSessionOptions['ports']): StackPorts {
  return {
    distribution: { port: site, purpose: 'the site', flag: '--port' },
    functionUrls: { revalidate: { port: revalidate, purpose: 'the revalidate URL', flag: '--revalidate-port' } },
  };
}

/** Lets `isr status` and the other commands find the stack. Without a data folder they cannot. */
export async function announce(
  stack: LocalStack,
  directory: string | undefined,
  revalidateUrl: string | undefined,
  inspectorUrl: string,
): Promise<() => Promise<void>> {
  if (directory === undefined) return async () => {};
  const { stackName, siteUrl, endpoints, outputs } = stack;
  return writeSession(directory, {
    version: 1,
    pid: process.pid,
    stackName,
    siteUrl,
    revalidateUrl: revalidateUrl ?? null,
    inspectorUrl,
    bucket: stack.bucketName,
    endpoints,
    outputs,
  });
}
