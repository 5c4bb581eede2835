import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type BuildFailure, build, type Plugin } from 'esbuild';
import { IsrError } from '../basics/errors.ts';

export interface ServerSource {
  /** The module that exports `fetch(request, context)`. */
  readonly code: string;
  /** Folder from which the module's imports are resolved. */
  readonly resolveFrom: string;
  /** Packages that cannot be bundled. The bundle imports them. */
  readonly external?: readonly string[];
  /**
   * Texts in files below `resolveFrom` that differ from machine to machine, and what replaces them. So equal sites have
   * equal bundles.
   */
  readonly traces?: ReadonlyMap<string, string>;
}

// Bundled CommonJS modules may load Node's modules with require(), which an ES module does not have.
const REQUIRE_BANNER =
  "import{createRequire as __isrCreateRequire}from'node:module';const require=__isrCreateRequire(import.meta.url);\n";

/** One minified ES module for Node 24. A Lambda function starts fastest from that. */
export async function bundleServer(source: ServerSource): Promise<string> {
  const { outputFiles } = await bundle(source);
  const code = outputFiles[0]?.text ?? '';
  return code.includes('Dynamic require of') ? REQUIRE_BANNER + code : code;
}

/** The module that runs before pages. `root`: where a relative path begins. */
export function bundleMiddleware(entrypoint: string, root: string): Promise<string> {
  const file = resolve(root, entrypoint);
  return bundleServer({
    code: `
      import * as module from ${JSON.stringify(`./${basename(file)}`)};
      const middleware = module['default'];
      if (typeof middleware !== 'function') {
        throw new TypeError(${JSON.stringify(`${basename(file)}: the default export must be a function (request, next)`)});
      }
      export default middleware;
    `,
    resolveFrom: dirname(file),
  });
}

// This has to happen before the bundling: esbuild chooses short names by how often each letter occurs.
function tracesPlugin({ resolveFrom, traces = new Map() }: ServerSource): Plugin {
  // The longest first, because one path can be the beginning of another.
  const longestFirst = [...traces].sort(([a], [b]) => b.length - a.length);
  return {
    name: 'cdk-isr:traces',
    setup({ onLoad }) {
      if (longestFirst.length === 0) return;
      onLoad({ filter: /\.m?js$/, namespace: 'file' }, async ({ path }) => {
        if (!path.startsWith(resolveFrom)) return undefined;
        const text = await readFile(path, 'utf8');
        return {
          contents: longestFirst.reduce((code, [trace, instead]) => code.replaceAll(trace, () => instead), text),
          loader: 'js',
        };
      });
    },
  };
}

async function bundle(source: ServerSource): Promise<{ outputFiles: readonly { readonly text: string }[] }> {
  try {
    return await build({
      stdin: { contents: source.code, resolveDir: source.resolveFrom, loader: 'ts', sourcefile: 'isr-server.ts' },
      absWorkingDir: source.resolveFrom,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      minify: true,
      legalComments: 'none',
      charset: 'utf8',
      define: { 'process.env.NODE_ENV': '"production"' },
      external: [...(source.external ?? [])],
      plugins: [tracesPlugin(source)],
      write: false,
      logLevel: 'silent',
    });
  } catch (cause) {
    throw new IsrError('BUILD_MALFORMED', `the server cannot be bundled: ${firstFaultOf(cause)}`, { cause });
  }
}

function firstFaultOf(thrown: unknown): string {
  if (!isBuildFailure(thrown)) return String(thrown);
  const [first] = thrown.errors;
  const place = first?.location ? ` (at ${first.location.file}:${first.location.line})` : '';
  return `${first?.text ?? thrown.message}${place}`;
}

function isBuildFailure(thrown: unknown): thrown is BuildFailure {
  return thrown instanceof Error && 'errors' in thrown && Array.isArray(thrown.errors);
}
