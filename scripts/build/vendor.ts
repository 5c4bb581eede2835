import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** What was bundled, and the files that it was written to, as absolute paths. */
export interface BundledVendor {
  readonly metafile: Metafile;
  readonly files: readonly string[];
}

/**
 * Puts each library that a module of `dist/lib/vendor` re-exports into that module, so that who installs the package
 * installs none of them. Libraries stay in parts of their own where they load parts of themselves late.
 */
export async function bundleVendor(root: string): Promise<BundledVendor> {
  const folder = join(root, 'dist/lib/vendor');
  const modules = readdirSync(join(root, 'lib/vendor')).map((file) => join(root, 'lib/vendor', file));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: modules,
    outdir: folder,
    chunkNames: 'parts/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // CommonJS libraries ask for Node's modules with `require`, which an ES module does not have.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  });
  return { metafile, files: Object.keys(metafile.outputs).map((file) => join(root, file)) };
}

/** `aws4 13 KiB, xml 61 KiB, 4 parts 140 KiB` */
export function describeVendor({ metafile }: BundledVendor): string {
  const outputs = Object.entries(metafile.outputs).map(([file, { bytes }]) => ({ file, bytes }));
  const parts = outputs.filter(({ file }) => file.includes('/parts/'));
  const modules = outputs.filter((output) => !parts.includes(output));
  const inParts = parts.reduce((total, { bytes }) => total + bytes, 0);
  return [
    ...modules.map(({ file, bytes }) => `${basename(file, '.js')} ${kibibytes(bytes)}`),
    `${parts.length} parts ${kibibytes(inParts)}`,
  ].join(', ');
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
