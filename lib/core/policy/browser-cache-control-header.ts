/** The live function says by it to the edge what browsers have to read in place of the edge's `Cache-Control`. */
export const BROWSER_CACHE_CONTROL_HEADER = 'x-isr-browser-cache-control';
