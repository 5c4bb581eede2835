import { readFileSync } from 'node:fs';

/** A public site that is built with both adapters. Its files are never part of this repository. */
export interface SiteData {
  readonly name: string;
  readonly repository: string;
  readonly commit: string;
  /** Within the repository; empty: its root. */
  readonly folder: string;
  /** Its config file. */
  readonly config: string;
  readonly output: 'static' | 'server';
  /** Packages in place of those that it names, or beside them: `name@version`. */
  readonly packages: readonly string[];
  /** What has to be written otherwise, since no config can say it. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** Integrations put before those of its config: packages whose default export makes one. */
  readonly integrations: readonly { readonly from: string; readonly options: Readonly<Record<string, unknown>> }[];
  /** The adapter's options. */
  readonly adapter: Readonly<Record<string, unknown>>;
  /** A command that works on the folder of prerendered pages after the build, which is its last argument. May be empty. */
  readonly postbuild: readonly string[];
  /** Texts that differ from one build or render to the next, as regular expressions. */
  readonly varying: readonly string[];
  /** Paths to ask for that no link leads to. */
  readonly paths: readonly string[];
}

/** A difference that is meant, or not ours, and why. Texts are regular expressions for the whole value. */
export interface KnownDifference {
  readonly site?: string;
  readonly path?: string;
  /** `status`, `body`, or `header` and its name: `header cache-control`. */
  readonly what: string;
  readonly node?: string;
  readonly isr?: string;
  readonly reason: string;
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

export const SITES = read('./sites.json') as readonly SiteData[];
export const KNOWN = read('./known.json') as readonly KnownDifference[];
