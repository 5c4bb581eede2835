/** The token of the echo site. */
export const TOKEN = 'a-token-of-this-test-0123456789abcdef';
