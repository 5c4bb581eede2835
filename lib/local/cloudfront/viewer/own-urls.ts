import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import zlib from 'node:zlib';
import { isPlain } from '../message/edge-request.ts';
import { type Fields, fieldOf } from '../message/fields.ts';
import type { HttpResponse } from '../message/http-response.ts';

/**
 * The site names itself by https, and the local edge answers so, with a certificate that no browser trusts. To a viewer
 * who came by http, a redirect to the site itself is one by http. To a browser that came so, all that names the site's
 * own origin does: a link would end at a warning, and an image or the call of a script would fail. Whoever else asks,
 * `curl` or a test, gets what the site said.
 */
export function withOwnUrlsAsAsked(nodeRequest: IncomingMessage, response: HttpResponse): HttpResponse {
  const { host, 'user-agent': userAgent = '' } = nodeRequest.headers;
  if (!isPlain(nodeRequest) || host === undefined) return response;
  const own = ownOrigin(host.toLowerCase());
  // Every browser begins so: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/User-Agent
  if (userAgent.startsWith('Mozilla/')) return inHeadersAndText(response, own);
  const { location } = response.headers;
  const isAbsolute = typeof location === 'string' && location.startsWith('https://');
  return isAbsolute ? { ...response, headers: { ...response.headers, location: own.byHttp(location) } } : response;
}

interface OwnOrigin {
  readonly byHttp: (text: string) => string;
  /** How many characters at the end of the text may be part of the origin, as far as one can tell by now. */
  readonly openEnd: (text: string) => number;
}

function ownOrigin(host: string): OwnOrigin {
  // In JSON within HTML, a slash may have a backslash before it.
  const forms = [`https://${host}`, `https:\\/\\/${host}`];
  const escaped = host.replace(/[^\w]/g, '\\$&');
  // What goes on as a name or a port is another host.
  const pattern = new RegExp(String.raw`https(:\\?/\\?/${escaped})(?![\w:-]|\.\w)`, 'gi');
  const longest = Math.max(...forms.map(({ length }) => length));
  return {
    byHttp: (text) => text.replace(pattern, 'http$1'),
    openEnd: (text) => {
      const end = text.slice(-longest - 1).toLowerCase();
      const from = [...end].findIndex((_, index) => forms.some((form) => `${form}.`.startsWith(end.slice(index))));
      return from < 0 ? 0 : end.length - from;
    },
  };
}

const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)\b|[^;]+\+(?:json|xml)\b)/i;

function inHeadersAndText(response: HttpResponse, own: OwnOrigin): HttpResponse {
  const headers: Fields = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = typeof value === 'string' ? own.byHttp(value) : value;
  }
  const shown = { ...response, headers };
  // A part of a text is counted in the bytes of the whole.
  if (response.status === 206 || !TEXT.test(fieldOf(headers, 'content-type') ?? '')) return shown;
  const coding = CODINGS[fieldOf(headers, 'content-encoding') ?? 'identity'];
  if (coding === undefined) return shown;
  if (Buffer.isBuffer(response.body)) return { ...shown, body: inBuffer(response.body, coding, own) };
  delete headers['content-length'];
  return { ...shown, body: inStream(response.body, coding, own) };
}

interface Coding {
  readonly decode: (body: Buffer) => Buffer;
  readonly encode: (body: Buffer) => Buffer;
  readonly decoder: () => Duplex;
  readonly encoder: () => Duplex;
}

// Flushed after each part: nothing that streams waits for more.
const CODINGS: Readonly<Record<string, Coding>> = {
  identity: {
    decode: (body) => body,
    encode: (body) => body,
    decoder: () => new PassThrough(),
    encoder: () => new PassThrough(),
  },
  gzip: {
    decode: (body) => zlib.gunzipSync(body),
    encode: (body) => zlib.gzipSync(body),
    decoder: () => zlib.createGunzip(),
    encoder: () => zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  },
  br: {
    decode: (body) => zlib.brotliDecompressSync(body),
    encode: (body) => zlib.brotliCompressSync(body),
    decoder: () => zlib.createBrotliDecompress(),
    encoder: () => zlib.createBrotliCompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  },
};

// Latin-1 keeps every byte, and an origin is in ASCII.
function inBuffer(body: Buffer, { decode, encode }: Coding, own: OwnOrigin): Buffer {
  if (body.length === 0) return body;
  const text = decode(body).toString('latin1');
  const replaced = own.byHttp(text);
  return replaced === text ? body : encode(Buffer.from(replaced, 'latin1'));
}

function inStream(body: Readable, { decoder, encoder }: Coding, own: OwnOrigin): Readable {
  const shown = encoder();
  // Whoever reads gets the error of whoever writes, and the other way round.
  pipeline(body, decoder(), replacing(own), shown, () => {});
  return shown;
}

function replacing(own: OwnOrigin): Transform {
  let rest = '';
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const text = rest + chunk.toString('latin1');
      const end = text.length - own.openEnd(text);
      rest = text.slice(end);
      done(null, Buffer.from(own.byHttp(text.slice(0, end)), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(own.byHttp(rest), 'latin1'));
    },
  });
}
