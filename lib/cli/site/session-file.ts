import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a running local stack can be reached. It contains no token. */
export interface Session {
  readonly version: 1;
  /** Process that runs the stack. */
  readonly pid: number;
  readonly stackName: string;
  readonly siteUrl: string;
  readonly revalidateUrl: string | null;
  readonly inspectorUrl: string;
  readonly bucket: string;
  /** By variable: `AWS_ENDPOINT_URL_S3`. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface RunningSession extends Session {
  /** How far the stack's clock is ahead of the machine's. */
  readonly offsetMilliseconds: number;
}

const FILE = 'session.json';
const PATIENCE_MS = 3000;

/** Writes the file by which other commands find a running stack. The returned function removes it. */
export async function writeSession(directory: string, session: Session): Promise<() => Promise<void>> {
  const path = join(directory, FILE);
  await mkdir(directory, { recursive: true });
  // Written beside it and renamed, so that nobody reads half a file.
  await writeFile(`${path}.new`, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return async () => {
    // A stack that was started later with the same folder has written its own file.
    if ((await readFileOf(directory))?.pid === session.pid) await rm(path, { force: true });
  };
}

/** The running stack that keeps its data in this folder. A file that a killed process left behind is ignored. */
export async function readSession(directory: string): Promise<RunningSession | undefined> {
  const session = await readFileOf(directory);
  if (session === undefined || !isRunning(session.pid)) return undefined;
  // The folder may come from somebody else, and a token is sent to these URLs.
  const urls = [session.siteUrl, session.inspectorUrl, session.revalidateUrl ?? session.siteUrl];
  if (![...urls, ...Object.values(session.endpoints)].every(isLoopback)) return undefined;
  const clock = await askClock(session.inspectorUrl);
  // Another process may have got the id of one that is gone.
  if (clock?.stackName !== session.stackName) return undefined;
  return { ...session, offsetMilliseconds: clock.offsetMilliseconds };
}

export function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(url).hostname);
}

/** 127.0.0.1 and localhost count as one host. */
export function isSameOrigin(left: string, right: string): boolean {
  if (!isLoopback(left) || !isLoopback(right)) return new URL(left).origin === new URL(right).origin;
  return new URL(left).port === new URL(right).port;
}

async function readFileOf(directory: string): Promise<Session | undefined> {
  try {
    const session = JSON.parse(await readFile(join(directory, FILE), 'utf8')) as Session | null;
    return session?.version === 1 ? session : undefined;
  } catch {
    // There is no such file, or it is not ours.
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
