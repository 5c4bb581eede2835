import { request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built } from '../../support/built.ts';
import { type EchoStack, startEchoStack } from '../../support/echo-site/stack.ts';
import { ask } from '../../support/http.ts';

let echo: EchoStack;

beforeAll(async () => {
  echo = await startEchoStack(await built('echo-one'));
});
afterAll(() => echo?.stop());

const authority = () => new URL(echo.stack.siteUrl).host;

test.each(['/live/itself/echo/live', '/itself/echo/stored'])(
  'a site that fetches itself by the origin of its request gets its own page: %s',
  async (path) => {
    const response = await echo.pass(ask(echo.stack.siteUrl, path));
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body).url).toBe(`https://${authority()}/echo/${path.split('/').at(-1)}`);
  },
);

test.each(['/live/included', '/stored/included'])(
  'a site reads the files of its build by their paths from the working directory: %s',
  async (path) => {
    const response = await echo.pass(ask(echo.stack.siteUrl, path));
    expect([response.status, response.body]).toEqual([200, 'read at run time']);
  },
);

test('a viewer who calls the site localhost has a site that finds itself under that name', async () => {
  const { port } = new URL(echo.stack.siteUrl);
  const headers = { host: `localhost:${port}` };
  const response = await echo.pass(ask(echo.stack.siteUrl, '/live/itself/live/named', { headers }));
  expect([response.status, response.body]).toEqual([200, expect.stringMatching(/^live \d/)]);
});

test('the port of the site answers https, with what it answers by http', async () => {
  const { hostname, port } = new URL(echo.stack.siteUrl);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { hostname, port, path: '/echo/secure', agent: false, rejectUnauthorized: false };
  secureRequest(options, (response) => resolve(text(response)))
    .on('error', reject)
    .end();
  expect(JSON.parse(await echo.pass(promise)).url).toBe(`https://${authority()}/echo/secure`);
  expect((await echo.pass(ask(echo.stack.siteUrl, '/echo/secure'))).status).toBe(200);
});
