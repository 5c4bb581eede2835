import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished, pipeline } from 'node:stream/promises';
import { type Answer, drain } from '../message/answer.ts';

/** Resolves when all was sent, or the viewer has gone. A stream that breaks off breaks the viewer's connection. */
export async function writeAnswer(message: IncomingMessage, reply: ServerResponse, answer: Answer): Promise<void> {
  const { status, body } = answer;
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([, value]) => value !== undefined));
  const hasNoBody = message.method === 'HEAD' || status === 204 || status === 304;
  if (Buffer.isBuffer(body) && !hasNoBody) headers['content-length'] = String(body.length);
  reply.writeHead(status, headers as Record<string, string | string[]>);
  if (Buffer.isBuffer(body) || hasNoBody) {
    drain(body);
    reply.end(hasNoBody ? undefined : body);
    await finished(reply).catch(() => undefined);
  } else {
    // The headers of a stream go out before its first byte.
    reply.flushHeaders();
    await pipeline(body, reply).catch(() => undefined);
  }
  // What the viewer still sends is nobody's: without this its connection could not be used again.
  message.resume();
}
