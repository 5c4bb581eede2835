import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';

/** What Linux keeps at most, unless told otherwise. Node's 511 resets connections when a thousand come at once. */
const BACKLOG = 4096;

export interface ListenOptions {
  /** @default 0: any free port */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
}

/** Serves on this machine; resolves to the port. */
export async function listenLocally(server: Server, options: ListenOptions = {}): Promise<number> {
  neverTimeOut(server);
  return bindLocally(server, options);
}

/**
 * No connection is closed because it was idle or slow: its client may be sending a request at that moment, and on a
 * machine that is busy everything is slow.
 */
export function neverTimeOut(server: Server): void {
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
}

export async function bindLocally(
  server: NetServer,
  { port = 0, host = '127.0.0.1' }: ListenOptions = {},
): Promise<number> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Ends every connection, also of those who wait for a response. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
