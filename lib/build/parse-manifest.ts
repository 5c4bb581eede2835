import { IsrError, reasonOf } from '../basics/errors.ts';
import { isJsonObject } from '../basics/json-object.ts';
import { show } from './isr-options.ts';
import { CONTRACT_VERSION, type Manifest, type PrerenderedPage } from './manifest.ts';

const REMEDY = 'build the site again';
const TRAILING_SLASH = ['always', 'never', 'ignore'] as const;

type Fields = Readonly<Record<string, unknown>>;

/** The manifest in `text`; `file` is named in errors. Unknown fields are left out, so that a newer build may add some. */
export function parseManifest(text: string, file: string): Manifest {
  const fields = parseObject(text, file);
  if (fields.version !== CONTRACT_VERSION) {
    throw new IsrError(
      'BUILD_VERSION_UNSUPPORTED',
      `'${file}' has contract version ${show(fields.version)}, this cdk-isr reads version ${CONTRACT_VERSION}; ` +
        `use the same version of cdk-isr for building and deploying, then ${REMEDY}`,
    );
  }
  return new ManifestReader(file).read(fields);
}

function parseObject(text: string, file: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new IsrError('BUILD_MALFORMED', `'${file}' is not JSON: ${reasonOf(cause)}; ${REMEDY}`, { cause });
  }
  if (isJsonObject(value)) return value;
  throw new IsrError('BUILD_MALFORMED', `'${file}' must hold a JSON object, got ${show(value)}; ${REMEDY}`);
}

/** Takes the manifest apart, field by field; each fault names the field by its path. */
class ManifestReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(fields: Fields): Manifest {
    const framework = this.#object(fields.framework, 'framework');
    const isr = this.#object(fields.isr, 'isr');
    return {
      version: CONTRACT_VERSION,
      deploymentId: this.#matching(fields.deploymentId, 'deploymentId', /^[0-9a-f]{16}$/, '16 hex digits'),
      framework: {
        name: this.#string(framework.name, 'framework.name'),
        version: this.#string(framework.version, 'framework.version'),
      },
      site: fields.site === null ? null : this.#origin(fields.site),
      base: this.#absolute(fields.base, 'base'),
      trailingSlash: this.#trailingSlash(fields.trailingSlash),
      assetsFolder: this.#string(fields.assetsFolder, 'assetsFolder'),
      isr: {
        expiration: this.#expiration(isr.expiration),
        allowQuery: this.#strings(isr.allowQuery, 'isr.allowQuery'),
        tokenHashes: this.#list(isr.tokenHashes, 'isr.tokenHashes', (value, place) =>
          this.#matching(value, place, /^[0-9a-f]{64}$/, 'a SHA-256 hash in hex'),
        ),
      },
      live: this.#list(fields.live, 'live', (value, place) => this.#absolute(value, place)),
      redirects: this.#list(fields.redirects, 'redirects', (value, place) => this.#redirect(value, place)),
      prerendered: this.#list(fields.prerendered, 'prerendered', (value, place) => this.#prerendered(value, place)),
      files: this.#list(fields.files, 'files', (value, place) => this.#clientFile(value, place)),
    };
  }

  #redirect(value: unknown, place: string): Manifest['redirects'][number] {
    const redirect = this.#object(value, place);
    const status = redirect.status;
    if (typeof status !== 'number' || status < 300 || status > 399) {
      throw this.#fault(`${place}.status`, 'a redirect status', status);
    }
    return {
      from: this.#absolute(redirect.from, `${place}.from`),
      to: this.#string(redirect.to, `${place}.to`),
      status,
    };
  }

  #prerendered(value: unknown, place: string): PrerenderedPage {
    const page = this.#object(value, place);
    const headers = Object.entries(this.#object(page.headers, `${place}.headers`));
    return {
      path: this.#absolute(page.path, `${place}.path`),
      file: this.#clientFile(page.file, `${place}.file`),
      headers: Object.fromEntries(
        headers.map(([name, header]) => [name, this.#string(header, `${place}.headers.${name}`)]),
      ),
    };
  }

  // The file is read from disk at deploy time: a manifest must not name one outside of client/.
  #clientFile(value: unknown, place: string): string {
    const file = this.#string(value, place);
    if (/^[/\\]|^[A-Za-z]:/.test(file) || file.split(/[/\\]/).includes('..')) {
      throw this.#fault(place, 'a path relative to client/', value);
    }
    return file;
  }

  #origin(value: unknown): string {
    const text = this.#string(value, 'site');
    if (URL.canParse(text) && new URL(text).origin === text) return text;
    throw this.#fault('site', "an origin such as 'https://example.com' or null", value);
  }

  #trailingSlash(value: unknown): Manifest['trailingSlash'] {
    const known = TRAILING_SLASH.find((name) => name === value);
    if (known === undefined) throw this.#fault('trailingSlash', `one of ${TRAILING_SLASH.join(', ')}`, value);
    return known;
  }

  #expiration(value: unknown): number | false {
    if (value === false) return false;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
    throw this.#fault('isr.expiration', 'a whole number of seconds above 0, or false', value);
  }

  #absolute(value: unknown, place: string): string {
    return this.#matching(value, place, /^\//, "a path that begins with '/'");
  }

  #matching(value: unknown, place: string, pattern: RegExp, expected: string): string {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw this.#fault(place, expected, value);
  }

  #string(value: unknown, place: string): string {
    if (typeof value === 'string') return value;
    throw this.#fault(place, 'a string', value);
  }

  #strings(value: unknown, place: string): readonly string[] {
    return this.#list(value, place, (item, itemPlace) => this.#string(item, itemPlace));
  }

  #list<T>(value: unknown, place: string, read: (item: unknown, place: string) => T): readonly T[] {
    if (!Array.isArray(value)) throw this.#fault(place, 'a list', value);
    return value.map((item, index) => read(item, `${place}[${index}]`));
  }

  #object(value: unknown, place: string): Fields {
    if (isJsonObject(value)) return value;
    throw this.#fault(place, 'an object', value);
  }

  #fault(place: string, expected: string, value: unknown): IsrError {
    const received = value === undefined ? 'nothing' : show(value);
    return new IsrError(
      'BUILD_MALFORMED',
      `'${place}' in '${this.#file}' must be ${expected}, got ${received}; ${REMEDY}`,
    );
  }
}
