import { once } from 'node:events';
import { startInspector } from '../inspector/server.ts';
import type { LocalEvent } from '../local/events.ts';
import { type LocalStack, type RunStackOptions, runStack } from '../local/stack/index.ts';
import type { CliHost } from './command.ts';

export const LOCAL_PORTS = { site: 4400, revalidate: 4401, inspector: 4402, contentApi: 4403 } as const;

export interface LocalSessionOptions extends Omit<RunStackOptions, 'ports'> {
  readonly ports: { readonly site: number; readonly revalidate: number; readonly inspector: number };
}

export interface LocalSession {
  readonly stack: LocalStack;
  /** Absent in a stack without a revalidate function. */
  readonly revalidateUrl: string | undefined;
  readonly inspectorUrl: string;
  /** Resolves when the user has asked to stop and everything has ended. */
  readonly stopped: Promise<void>;
}

/** Runs a stack with its inspector until the host's signal; what the functions log goes to the host. */
export async function runLocalSession(options: LocalSessionOptions, host: CliHost): Promise<LocalSession> {
  const stack = await runStack({
    ...options,
    onEvent: (event) => {
      if (isWorthPrinting(event)) host.out(`[${shortName(event.functionName)}] ${messageOf(event.line)}`);
    },
  });
  const inspector = await startInspector({ stack, port: options.ports.inspector }).catch(async (error: unknown) => {
    await stack.stop();
    throw error;
  });
  const stop = async () => {
    if (!host.stopSignal.aborted) await once(host.stopSignal, 'abort');
    await inspector.stop();
    await stack.stop();
  };
  const hasRevalidate = stack.functions.some(({ constructPath }) => /revalidate$/i.test(constructPath));
  return {
    stack,
    revalidateUrl: hasRevalidate ? stack.functionUrl('revalidate') : undefined,
    inspectorUrl: inspector.url,
    stopped: stop(),
  };
}

/** Lambda's own lines about each invocation say nothing that the inspector does not show better. */
function isWorthPrinting(event: LocalEvent): event is Extract<LocalEvent, { kind: 'log' }> {
  return event.kind === 'log' && event.line.trim() !== '' && !/^(START|END|REPORT|INIT_START) /.test(event.line);
}

/** Without the time, request id and level that Lambda puts before each line. */
function messageOf(line: string): string {
  return line.replace(/^\S+Z\t\S+\t\S+\t/, '').trimEnd();
}

function shortName(functionName: string): string {
  return functionName
    .replace(/^.*-/, '')
    .replace(/^SiteFunctions|[0-9A-F]{8}$/g, '')
    .toLowerCase();
}
