/** The response headers that the inspector and `isr tail` show of a request: the state in which serve found the page. */
export const WATCHED_HEADERS = ['x-isr-cache'] as const;
