import { isAbsolute } from 'node:path';
import { type PostForm, postFormsIn } from './post-forms.ts';

/** What is known of one module of the site's server. */
export interface SiteModule {
  readonly exports: readonly string[];
  /** Ids of the modules that it imports, now or later. */
  readonly imports: readonly string[];
  readonly forms: readonly PostForm[];
}

/** By id, which is the path of a file for most. */
export type SiteModules = ReadonlyMap<string, SiteModule>;

/** What is read of the bundler's `this` and of its modules. */
interface Graph {
  readonly environment?: { readonly name: string };
  getModuleIds(): Iterable<string>;
  getModuleInfo(id: string): ModuleInfo | null;
}

interface ModuleInfo {
  readonly code: string | null;
  readonly exports?: readonly string[] | null;
  readonly importedIds: readonly string[];
  readonly dynamicallyImportedIds: readonly string[];
}

/** Vite plugin that fills `modules` with those that run on the server. */
export function modulesPlugin(name: string, modules: Map<string, SiteModule>) {
  return {
    name,
    buildEnd(this: Graph) {
      if (this.environment?.name === 'client') return;
      for (const id of this.getModuleIds()) {
        const info = this.getModuleInfo(id);
        if (info !== null) modules.set(id, moduleOf(info));
      }
    },
  };
}

function moduleOf({ code, exports, importedIds, dynamicallyImportedIds }: ModuleInfo): SiteModule {
  return {
    exports: exports ?? [],
    imports: [...importedIds, ...dynamicallyImportedIds],
    forms: postFormsIn(code ?? ''),
  };
}

/** A file and all files that it imports, and what these import. */
export function reachableFrom(id: string, modules: SiteModules): ReadonlySet<string> {
  const reached = new Set([id]);
  // A set takes in what is added while it is walked through.
  for (const each of reached) {
    for (const imported of modules.get(each)?.imports ?? []) if (isOfSite(imported)) reached.add(imported);
  }
  return reached;
}

/** Astro's own modules, `astro:actions` for one, import the manifest, and that imports every page. */
function isOfSite(id: string): boolean {
  return isAbsolute(id) && !/[\\/]node_modules[\\/]astro[\\/]/.test(id);
}
