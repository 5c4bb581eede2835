/** Events that change what readers see. A draft is on no page, so drafts are not among them. */
export const DEFAULT_EVENTS: readonly string[] = ['create', 'update', 'publish', 'unpublish', 'delete'];

/** The first is for pages that list entries of the type, the second for pages of the one entry. */
export const DEFAULT_TAGS: readonly string[] = ['{type}', '{type}:{id}'];
