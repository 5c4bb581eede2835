/** What readers see is another thing after these. Drafts are not among them: they are on no page. */
export const DEFAULT_EVENTS: readonly string[] = ['create', 'update', 'publish', 'unpublish', 'delete'];

/** For all pages that list entries of the type, and for those of the one entry. */
export const DEFAULT_TAGS: readonly string[] = ['{type}', '{type}:{id}'];
