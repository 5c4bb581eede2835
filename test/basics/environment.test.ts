import { expect, test } from 'vitest';
import { readEnvironment, writeEnvironment } from '../../lib/basics/environment.ts';
import { serveVariables } from '../../lib/handover/variables.ts';

const read = (environment: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('the serve function', serveVariables, environment);

const GOOD = {
  ISR_BUCKET: 'pages',
  ISR_DEPLOYMENT_ID: '0123456789abcdef',
  ISR_TRAILING_SLASH: 'ignore',
  ISR_EXPIRATION: 'false',
  ISR_TOKEN_HASHES: `${'ab'.repeat(32)},${'cd'.repeat(32)}`,
  ISR_JOBS_QUEUE_URL: 'https://jobs',
  ISR_PURGE_QUEUE_URL: 'https://purges',
  ISR_RENDER_TIMEOUT_MS: '10000',
  ISR_JOB_TIMEOUT_MS: '30000',
};

test('the environment is read once and typed', () => {
  expect(read(GOOD)).toEqual({
    bucket: 'pages',
    deploymentId: '0123456789abcdef',
    siteUrl: undefined,
    trailingSlash: 'ignore',
    expiration: false,
    allowQuery: [],
    tokenHashes: ['ab'.repeat(32), 'cd'.repeat(32)],
    jobsQueueUrl: 'https://jobs',
    purgeQueueUrl: 'https://purges',
    renderTimeoutMs: 10_000,
    jobTimeoutMs: 30_000,
  });
});

test('every fault is reported at once, with the value', () => {
  const bad = {
    ...GOOD,
    ISR_BUCKET: '',
    ISR_RENDER_TIMEOUT_MS: 'soon',
    ISR_EXPIRATION: '-1',
    ISR_TOKEN_HASHES: 'clear',
  };
  expect(() => read({ ...bad, ISR_TRAILING_SLASH: undefined })).toThrow(
    "cannot start the serve function: 'ISR_BUCKET' must be a string that is not empty, got ''; " +
      "'ISR_TRAILING_SLASH' must be one of always, never, ignore, got nothing; " +
      "'ISR_EXPIRATION' must be 'false' or a positive integer, got '-1'; 'ISR_RENDER_TIMEOUT_MS' must be a positive integer, got 'soon'; " +
      "'ISR_TOKEN_HASHES' must be SHA-256 hashes (64 hex digits each) with commas between",
  );
});

test('what is written is read back', () => {
  const values = {
    bucket: 'pages',
    deploymentId: '0123456789abcdef',
    trailingSlash: 'always',
    expiration: 60,
    renderTimeoutMs: 13_000,
    jobTimeoutMs: 30_000,
    siteUrl: 'https://example.com',
    allowQuery: ['page', 'sort'],
    tokenHashes: ['ab'.repeat(32)],
    jobsQueueUrl: 'https://jobs',
    purgeQueueUrl: 'https://purges',
  } as const;
  for (const each of [values, { ...values, expiration: false as const, siteUrl: undefined, allowQuery: [] }]) {
    expect(read(writeEnvironment(serveVariables, each))).toEqual(each);
  }
});
