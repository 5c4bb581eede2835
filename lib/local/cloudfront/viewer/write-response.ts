import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import { drain, type HttpResponse } from '../message/http-response.ts';

/** Resolves when all was sent, or the viewer has gone. A stream that breaks off breaks the viewer's connection. */
export async function writeResponse(
  nodeRequest: IncomingMessage,
  nodeResponse: ServerResponse,
  response: HttpResponse,
): Promise<void> {
  const { status, body } = response;
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([, value]) => value !== undefined));
  const hasNoBody = nodeRequest.method === 'HEAD' || status === 204 || status === 304;
  if (Buffer.isBuffer(body) && !hasNoBody) headers['content-length'] = String(body.length);
  nodeResponse.writeHead(status, headers as Record<string, string | string[]>);
  if (Buffer.isBuffer(body) || hasNoBody) {
    drain(body);
    nodeResponse.end(hasNoBody ? undefined : body);
    await finished(nodeResponse).catch(() => undefined);
  } else {
    // The headers of a stream go out before its first byte.
    nodeResponse.flushHeaders();
    await pipeline(body, nodeResponse).catch(() => undefined);
  }
  // What the viewer still sends is nobody's: without this its connection could not be used again.
  nodeRequest.resume();
}
