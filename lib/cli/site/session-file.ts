import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a local stack can be reached while it runs. It holds no token. */
export interface Session {
  readonly version: 1;
  /** Of the process that runs the stack. */
  readonly pid: number;
  readonly stackName: string;
  readonly siteUrl: string;
  readonly revalidateUrl: string | null;
  readonly inspectorUrl: string;
  readonly bucket: string;
  /** As in `AWS_ENDPOINT_URL_S3`. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface RunningSession extends Session {
  /** How far the stack's clock is ahead of the machine's. */
  readonly offsetMilliseconds: number;
}

const FILE = 'session.json';
const PATIENCE_MS = 3000;

/** Tells the other commands of a running stack; the returned function takes it back. */
export async function writeSession(directory: string, session: Session): Promise<() => Promise<void>> {
  const path = join(directory, FILE);
  await mkdir(directory, { recursive: true });
  // Renamed into place: a reader gets all of it or nothing.
  await writeFile(`${path}.new`, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return async () => {
    // A stack that was started since with the same folder has written its own.
    if ((await readFileOf(directory))?.pid === session.pid) await rm(path, { force: true });
  };
}

/** The stack that runs with that folder. A file that a killed process left behind counts for nothing. */
export async function readSession(directory: string): Promise<RunningSession | undefined> {
  const session = await readFileOf(directory);
  if (session === undefined || !isRunning(session.pid)) return undefined;
  // The folder may come from anywhere, and what is sent there carries a token.
  const urls = [session.siteUrl, session.inspectorUrl, session.revalidateUrl ?? session.siteUrl];
  if (![...urls, ...Object.values(session.endpoints)].every(isLoopback)) return undefined;
  const clock = await askClock(session.inspectorUrl);
  // Another process may have got the number of one that is gone.
  if (clock?.stackName !== session.stackName) return undefined;
  return { ...session, offsetMilliseconds: clock.offsetMilliseconds };
}

export function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(url).hostname);
}

/** 127.0.0.1 and localhost are one. */
export function isSameOrigin(left: string, right: string): boolean {
  if (!isLoopback(left) || !isLoopback(right)) return new URL(left).origin === new URL(right).origin;
  return new URL(left).port === new URL(right).port;
}

async function readFileOf(directory: string): Promise<Session | undefined> {
  try {
    const session = JSON.parse(await readFile(join(directory, FILE), 'utf8')) as Session | null;
    return session?.version === 1 ? session : undefined;
  } catch {
    // Not there, or not ours.
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function askClock(
  inspectorUrl: string,
): Promise<{ readonly stackName: string; readonly offsetMilliseconds: number } | undefined> {
  try {
    const response = await fetch(`${inspectorUrl}/clock`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? ((await response.json()) as { stackName: string; offsetMilliseconds: number }) : undefined;
  } catch {
    return undefined;
  }
}
