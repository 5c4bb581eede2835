/** Which changes revalidate which pages, as data. See docs/cms/README.md. */
export interface WebhookRule {
  /**
   * Names of fields (`type`, `event`, `data.some.path`) and their required values. If there are several, one is enough.
   *
   * @default - the rule is for every change
   */
  readonly when?: Readonly<Record<string, string | readonly string[]>>;
  /** Paths of pages: `/blog/{slug}`, `/{...path}`. */
  readonly paths?: readonly string[];
  /** Tags of pages: `post:{id}`. */
  readonly tags?: readonly string[];
  /** Beginnings of paths, with a slash at the end: `/{locale}/blog/`. */
  readonly prefixes?: readonly string[];
  /** Every page of the site. */
  readonly all?: boolean;
}

export type TargetKind = 'paths' | 'tags' | 'prefixes';

export const TARGET_KINDS: readonly TargetKind[] = ['paths', 'tags', 'prefixes'];

/** A rule that was checked, ready to be applied. */
export interface Rule {
  readonly conditions: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly targets: readonly { readonly kind: TargetKind; readonly template: Template }[];
  readonly all: boolean;
}

export interface Template {
  readonly source: string;
  readonly parts: readonly (string | Placeholder)[];
}

/** `isRest`: slashes in the value stay, as in `/{...path}`. */
export interface Placeholder {
  readonly name: string;
  readonly isRest: boolean;
}
