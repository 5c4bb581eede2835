import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, createCertificate, isGoodFor } from './certificate.ts';

/** A key is readable by its owner alone. */
const MODE = 0o600;
/** By these a distribution is reached on this machine. */
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** The certificates of a stack, in a folder. The next start finds them there. */
export class Certificates {
  /** What the functions of the stack trust, beside what Node trusts: the file for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
  readonly #directory: string;
  readonly #trusted: string[] = [];

  constructor(directory: string) {
    this.#directory = directory;
    this.file = join(directory, 'certificates.pem');
  }

  /** For a server on this machine that has these names too. Made at the first start, and anew before it ends. */
  async for(id: string, names: readonly string[]): Promise<Certificate> {
    await mkdir(this.#directory, { recursive: true });
    const path = join(this.#directory, `${id}.key.pem`);
    const certificate = await this.#keptOrNew(id, path, [...LOOPBACK, ...names]);
    this.#trusted.push(certificate.certificate);
    await writeFile(this.file, this.#trusted.join(''));
    return certificate;
  }

  async #keptOrNew(id: string, path: string, names: readonly string[]): Promise<Certificate> {
    // The time of TLS is the machine's, wherever the stack's clock stands.
    const now = Date.now();
    const kept = parse(await readFile(path, 'utf8').catch(() => ''));
    if (kept !== undefined && isGoodFor(kept, names, now)) return kept;
    const created = createCertificate(`${id} on this machine`, names, now);
    await writeFile(path, created.key + created.certificate, { mode: MODE });
    return created;
  }
}

function parse(text: string): Certificate | undefined {
  const [key, certificate] = text.match(/-----BEGIN [\s\S]*?-----END [^-]+-----\n/g) ?? [];
  return key === undefined || certificate === undefined ? undefined : { key, certificate };
}
