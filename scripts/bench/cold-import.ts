import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Enough for every function to start; nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  ISR_BUCKET: 'pages',
  ISR_DEPLOYMENT_ID: '0123456789abcdef',
  ISR_SITE_URL: 'https://example.com',
  ISR_TRAILING_SLASH: 'ignore',
  ISR_EXPIRATION: '60',
  ISR_TOKEN_HASHES: '',
  ISR_HTML_ENDINGS: 'false',
  ISR_JOBS_QUEUE_URL: 'https://jobs',
  ISR_PURGE_QUEUE_URL: 'https://purges',
  ISR_ORIGIN_SECRET: 'secret',
  ISR_RENDER_TIMEOUT_MS: '10000',
  ISR_JOB_TIMEOUT_MS: '30000',
  ISR_WARM_PAGES: '1000',
  ISR_WARM_CONCURRENCY: '8',
  ISR_WARM_TIMEOUT_MS: '300000',
};

const PROGRAM = `
globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: {} };
const start = performance.now();
await import(process.argv[1]);
console.log(performance.now() - start);
`;

/** Milliseconds to import a module in fresh processes, one after another; the median. */
export async function coldImport(file: string, runs: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push(await importOnce(file));
  return median(times);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function importOnce(file: string): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, file], {
    env: { PATH: process.env.PATH, ...ENVIRONMENT },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const reason = /^\w*Error.*$/m.exec(complaint)?.[0] ?? `exit code ${code}`;
  if (code !== 0) throw new Error(`cannot import ${file}: ${reason}`);
  return Number(output);
}
