import { createServer, type RequestListener } from 'node:http';
import { IsrError } from '../../basics/errors.ts';
import { closeServer, listenLocally } from '../listen-locally.ts';
import type { Certificate } from '../tls/certificate.ts';
import { createEitherWayServer } from '../tls/either-way-server.ts';

export interface ListenRequest {
  /** 0: any free port. */
  readonly port: number;
  /** For the message when the port is in use: `the site`. */
  readonly purpose: string;
  /** The flag that changes the port: `--port`. */
  readonly flag: string;
}

/** Whichever is free, so that there is nothing to explain. */
export const ANY_PORT: ListenRequest = { port: 0, purpose: '', flag: '' };

export interface Listening {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves on 127.0.0.1 alone. */
export async function listen(request: ListenRequest, listener: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  const port = await explainPortInUse(request, () => listenLocally(server, { port: request.port }));
  return { url: `http://127.0.0.1:${port}`, port, stop: () => closeServer(server) };
}

/** The same, and by https too. The URL is that by http, which a browser opens without asking whom it trusts. */
export async function listenEitherWay(
  request: ListenRequest,
  certificate: Certificate,
  listener: RequestListener,
): Promise<Listening> {
  const server = createEitherWayServer(certificate, listener);
  const port = await explainPortInUse(request, () => server.listen(request.port));
  return { url: `http://127.0.0.1:${port}`, port, stop: () => server.close() };
}

/** Runs `bind`, and says of a port in use what it was for and how to choose another. */
export async function explainPortInUse<Result>(request: ListenRequest, bind: () => Promise<Result>): Promise<Result> {
  try {
    return await bind();
  } catch (cause) {
    if (!isPortInUse(cause)) throw cause;
    const { port, purpose, flag } = request;
    const message = `port ${port} for ${purpose} is in use; stop what uses it or choose another with ${flag} <number>`;
    throw new IsrError('PORT_IN_USE', message, { cause });
  }
}

function isPortInUse(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE' || isPortInUse(error.cause);
}
