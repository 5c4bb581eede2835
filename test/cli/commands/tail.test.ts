import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../lib/cli/run.ts';
import { type DeployedSite, startDeployedSite } from '../support/deployed-site.ts';
import { type RunningStack, startRunningStack } from '../support/running-stack.ts';

const SERVE_LOGS = 'MySite-SiteFunctionsServeLogs0A1B2C3D-xYz';

/** The clock of the stack stands here, and the command line reckons with one that goes on like the machine's. */
const JUST_NOW = '10min';

let running: RunningStack;

beforeAll(async () => {
  running = await startRunningStack();
});

afterAll(() => running?.stop());

test('shows each event on a line until it is interrupted', async () => {
  const host = running.host();
  const ended = run(['tail', '--since', JUST_NOW], host);
  await host.until(({ complained }) => complained.includes('What happens in the local stack; stop with Ctrl-C.'));
  await running.site.get('/robots.txt?from-tail');
  const line = /^\d\d:\d\d:\d\d {2}request +GET \/robots\.txt\?from-tail {2}200/;
  await host.until(({ said }) => said.some((text) => line.test(text)));
  host.interrupt();
  expect(await ended).toBe(0);
});

test('a request for a page says in which state serve found it', async () => {
  const host = running.host();
  const ended = run(['tail', '--since', JUST_NOW, '--kind', 'request'], host);
  await host.until(({ complained }) => complained.length > 0);
  await running.site.get('/blog');
  await host.until(({ said }) => said.some((text) => /GET \/blog {2}200 {2}Miss {2}MISS {2}/.test(text)));
  host.interrupt();
  expect(await ended).toBe(0);
});

test('--json is one object a line, of the kinds that were asked for', async () => {
  for (const path of ['/', '/blog', '/robots.txt']) await running.site.get(path);
  const host = running.host();
  const ended = run(['tail', '--json', '--since', '2d', '--kind', 'request', '--kind', 'invocation'], host);
  await host.until(({ said }) => said.length > 3);
  host.interrupt();
  expect(await ended).toBe(0);
  expect(host.complained).toEqual([]);
  const kinds = new Set(host.said.map((line) => JSON.parse(line).kind));
  expect(kinds).toEqual(new Set(['request', 'invocation']));
});

test('leaves out the calls of AWS that are made only to look', async () => {
  await running.site.get('/blog?page=7');
  await running.run('pages');
  await running.run('status', '/about');
  const host = running.host();
  const ended = run(['tail', '--kind', 'api-call', '--since', '2d'], host);
  await host.until(({ said }) => said.some((line) => line.includes('s3 GetObject deployments/')));
  host.interrupt();
  await ended;
  expect(host.said.filter((line) => /HeadObject|ListObjects|GetObject _isr\/prerendered/.test(line))).toEqual([]);
});

test('the token was in no output', () => {
  expect(running.printed).not.toContain(running.site.token);
});

describe('a deployed stack', () => {
  const now = Date.now();
  let site: DeployedSite;

  beforeAll(async () => {
    site = await startDeployedSite();
  });

  afterAll(() => site?.stop());

  test('shows what the functions log, each line once, oldest first', async () => {
    site.aws.stacks.set('MySite', { SiteUrl: 'https://example.com' });
    const report = 'REPORT RequestId: 1\tDuration: 12.30 ms\tBilled Duration: 13 ms\tInit Duration: 180.00 ms\n';
    site.aws.logs.set(SERVE_LOGS, [
      { id: '2', at: now, message: report },
      {
        id: '1',
        at: now - 1,
        message: '2026-01-01T00:00:00.000Z\tab\tINFO\t{"level":"warn","message":"slow","ms":9}\n',
      },
      { id: '0', at: now - 2, message: 'START RequestId: 1 Version: $LATEST\n' },
    ]);
    site.aws.logs.set('MySite-SiteUploadsLogs0A1B2C3D-xYz', [{ id: '3', at: now, message: 'not of a function\n' }]);
    const host = site.host();
    const ended = run(['tail', '--stack', 'MySite', '--since', '1h'], host);
    await host.until(({ said }) => said.length === 2);
    site.aws.logs.get(SERVE_LOGS)?.push({ id: '4', at: now + 1, message: 'later\n' });
    await host.until(({ said }) => said.length === 3);
    host.interrupt();
    expect(await ended).toBe(0);
    expect(host.said.map((line) => line.slice(10))).toEqual([
      'log       serve  slow ms=9',
      'function  serve  12 ms  cold start',
      'log       serve  later',
    ]);
  });

  test('goes on when CloudWatch asks to slow down', async () => {
    site.aws.logs.set('group', [{ id: '1', at: now, message: 'a line\n' }]);
    site.aws.refusals.push({ status: 400, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' });
    const host = site.host();
    const ended = run(['tail', '--log-group', 'group', '--since', '1h'], host);
    await host.until(({ said }) => said.length === 1);
    host.interrupt();
    expect(await ended).toBe(0);
    expect(host.said[0]?.slice(10)).toBe('log       group  a line');
  });

  test('takes a log group by name, and ends with 1 when there is none', async () => {
    const { code, host } = await site.run(['tail', '--log-group', 'nowhere', '--json']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      "isr tail: cannot read log group 'nowhere': The specified log group does not exist.",
    ]);
  });
});
