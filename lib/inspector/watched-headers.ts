/** Response headers that the inspector and `isr tail` show: in which state serve found the page. */
export const WATCHED_HEADERS = ['x-isr-cache'] as const;
