import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { bindLocally, neverTimeOut } from '../listen-locally.ts';
import type { Certificate } from './certificate.ts';

/** A TLS connection begins with a handshake record (RFC 8446, section 5.1). No method of HTTP begins so. */
const HANDSHAKE = 22;

export interface EitherWayServer {
  /** Resolves to the port. */
  listen(port: number): Promise<number>;
  /** Ends every connection, also of those who wait for a response. */
  close(): Promise<void>;
}

/** One port that speaks HTTP and HTTPS: what a connection begins with says which. */
export function createEitherWayServer({ key, certificate }: Certificate, listener: RequestListener): EitherWayServer {
  const plain = createHttpServer(listener);
  const secure = createHttpsServer({ key, cert: certificate, ALPNProtocols: ['http/1.1'] }, listener);
  neverTimeOut(plain);
  neverTimeOut(secure);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Until HTTP or TLS listens: a client may go before its first byte.
    const ignore = () => {};
    socket.on('error', ignore);
    socket.once('data', (first) => {
      socket.off('error', ignore);
      socket.pause();
      socket.unshift(first);
      (first[0] === HANDSHAKE ? secure : plain).emit('connection', socket);
      // In the next turn all that reads is in place.
      process.nextTick(() => socket.resume());
    });
  });
  return {
    listen: (port) => bindLocally(server, { port }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
