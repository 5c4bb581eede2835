/** What the suites sign with, for the subjects that look. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
