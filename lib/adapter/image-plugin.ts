interface ModuleInfo {
  readonly importers: readonly string[];
  readonly dynamicImporters: readonly string[];
  readonly code: string | null;
}

/** What is used here of a plugin's context in Rolldown. */
interface PluginContext {
  emitFile(file: { type: 'chunk'; id: string; name: string; preserveSignature: 'strict' }): string;
  getFileName(reference: string): string;
  getModuleIds(): Iterable<string>;
  getModuleInfo(id: string): ModuleInfo | null;
}

/** What a build of the server told of images. */
export interface ImageNotes {
  /** The file of the site's image service, relative to the server's folder. */
  serviceFile: string | undefined;
  /** Whether anything that runs on demand can ask for an image: a page, an endpoint, the text of a content collection. */
  asksForImages: boolean;
}

/** Astro's module with `<Image>`, `<Picture>` and `getImage`, and the one by which content collections get them. */
const IMAGE_MODULES = ['\0astro:assets', '\0virtual:astro:get-image'];
/** Astro's own endpoint and components are in each server. What uses them counts. */
const ASTRO = /[\\/]astro[\\/](?:dist[\\/]assets|components)[\\/]/;
const CONTENT_RUNTIME = /[\\/]astro[\\/]dist[\\/]content[\\/]runtime\.js$/;
/** The images of all content collections, written by Astro. */
const CONTENT_IMAGES = /[\\/]content-assets\.mjs$/;
const IMPORTED_NAMES = /import\s*\{([^}]*)\}\s*from\s*["']astro:assets["']/g;
/** What the module exports beside images. */
const NO_IMAGES = ['Font', 'fontData', 'isLocalService', ''];

/**
 * Has the image service of the site built into a file of its own, by the site's own rules for modules, and notices
 * whether anything in the server asks for images.
 *
 * @param allowsRemoteImages then the text of a content collection may ask for some without having any of its own
 */
export function imagePlugin(notes: ImageNotes, allowsRemoteImages: () => boolean) {
  let reference: string | undefined;
  return {
    name: 'cdk-isr:images',
    apply: 'build' as const,
    applyToEnvironment: (environment: { readonly name: string }) => environment.name === 'ssr',
    buildStart(this: PluginContext) {
      const id = 'virtual:image-service';
      reference = this.emitFile({ type: 'chunk', id, name: 'image-service', preserveSignature: 'strict' });
    },
    generateBundle(this: PluginContext) {
      const infoOf = (id: string): ModuleInfo | null => this.getModuleInfo(id);
      const importers = IMAGE_MODULES.map(infoOf).flatMap((info) =>
        info === null ? [] : [...info.importers, ...info.dynamicImporters],
      );
      const hasContentImages = (): boolean => {
        const file = [...this.getModuleIds()].find((id) => CONTENT_IMAGES.test(id));
        return allowsRemoteImages() || file === undefined || /\bimport\b/.test(infoOf(file)?.code ?? 'import');
      };
      notes.asksForImages = importers.some((id) =>
        CONTENT_RUNTIME.test(id) ? hasContentImages() : !ASTRO.test(id) && usesImages(infoOf(id)?.code ?? ''),
      );
      if (reference !== undefined) notes.serviceFile = this.getFileName(reference);
    },
  };
}

/** Whether a module that imports `astro:assets` may use more of it than fonts. */
function usesImages(code: string): boolean {
  const lists = [...code.matchAll(IMPORTED_NAMES)].map(([, names = '']) => names);
  const names = lists.flatMap((list) => list.split(',').map((name) => name.trim().split(/\s/)[0] ?? ''));
  return lists.length === 0 || names.some((name) => !NO_IMAGES.includes(name));
}
