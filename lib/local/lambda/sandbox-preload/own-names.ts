import net from 'node:net';
import { NAMES_VARIABLE, parseNames } from './protocol.ts';

const HTTPS_PORT = 443;

/**
 * Leads connections to the names of the stack's distributions to where they are on this machine. On AWS it is the domain
 * name system that does so.
 */
export function installOwnNames(): void {
  const ports = parseNames(process.env[NAMES_VARIABLE]);
  delete process.env[NAMES_VARIABLE];
  if (ports.size === 0) return;
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (this: net.Socket, ...given: unknown[]) {
    // `tls.connect` gives the options as they are, `net.connect` in an array that it has prepared.
    const [first] = given;
    if (Array.isArray(first)) first[0] = leadHome(first[0], ports);
    else given[0] = leadHome(first, ports);
    return Reflect.apply(connect, this, given);
  } as typeof connect;
}

function leadHome(options: unknown, ports: ReadonlyMap<string, number>): unknown {
  if (typeof options !== 'object' || options === null) return options;
  const { host, port: asked } = options as net.TcpNetConnectOpts;
  const port = Number(asked) === HTTPS_PORT ? ports.get(String(host).toLowerCase()) : undefined;
  return port === undefined ? options : { ...options, host: '127.0.0.1', port };
}
