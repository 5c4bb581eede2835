import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { inject } from 'vitest';
import type { Manifest } from '../../lib/build/manifest.ts';
import { IsrSite } from '../../lib/constructs/isr-site.ts';
import type { IsrSiteProps } from '../../lib/constructs/isr-site-props.ts';
import { built } from '../support/built.ts';

// Gone after the run, not after a file: files of one worker share what stands here.
const root = mkdtempSync(join(inject('scratchFolder'), 'constructs-'));

export const TOKEN_HASH = 'a'.repeat(64);

export const MANIFEST: Manifest = {
  version: 1,
  deploymentId: '0123456789abcdef',
  framework: { name: 'astro', version: '7.3.5' },
  site: null,
  base: '/',
  trailingSlash: 'ignore',
  assetsFolder: '_astro',
  storesPages: true,
  isr: { expiration: 60, allowQuery: ['page'], tokenHashes: [TOKEN_HASH] },
  live: ['/api/revalidate', '/_actions/[...path]'],
  redirects: [],
  prerendered: [
    { path: '/about', file: 'about/index.html', headers: { 'content-type': 'text/html' } },
    { path: '/feed.xml', file: 'feed.xml', headers: { 'content-type': 'application/rss+xml' } },
  ],
  files: ['_astro/main.3f2a.css', '_astro/font.77aa.woff2', 'favicon.svg', '.well-known/security', 'images/photo.webp'],
};

let builds = 0;

/** A build on disk: `MANIFEST` with `changes`; answers its folder. */
export function writeBuild(changes: Partial<Manifest> = {}): string {
  const folder = join(root, `build-${builds++}`, '.isr');
  const manifest = { ...MANIFEST, ...changes };
  write(join(folder, 'manifest.json'), JSON.stringify(manifest));
  write(join(folder, 'server/index.mjs'), 'export const fetch = async () => new Response("page");\n');
  for (const file of [...manifest.prerendered.map((page) => page.file), ...manifest.files]) {
    write(join(folder, 'client', file), `content of ${file}\n`);
  }
  if (changes.images !== undefined) write(join(folder, 'image/index.mjs'), '// the image service');
  if (changes.middleware !== undefined) write(join(folder, 'middleware/index.mjs'), '// the middleware');
  return folder;
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

export function newApp(): App {
  return new App({ outdir: mkdtempSync(join(root, 'cdk.out-')), analyticsReporting: false });
}

export interface SynthesizedSite {
  readonly site: IsrSite;
  readonly stack: Stack;
  readonly template: Template;
  /** The folder of the cloud assembly. */
  readonly outdir: string;
}

/** The bundles of the functions, without which no site can be synthesized. */
export const bundles = (): Promise<string> => built('library');

let plain: SynthesizedSite | undefined;

/** The site without any option, synthesized once for all files that one worker runs. */
export async function plainSite(): Promise<SynthesizedSite> {
  await bundles();
  plain ??= synthesize();
  return plain;
}

export function synthesize(
  props: Partial<IsrSiteProps> = {},
  changes: Partial<Manifest> = {},
  finish: (site: IsrSite) => void = () => {},
): SynthesizedSite {
  const app = newApp();
  const stack = new Stack(app, 'Stack');
  const site = new IsrSite(stack, 'Site', { buildDirectory: writeBuild(changes), ...props });
  finish(site);
  return { site, stack, template: Template.fromStack(stack), outdir: app.outdir };
}
