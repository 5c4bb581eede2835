import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DeployedSite, startDeployedSite, TOKEN } from '../support/deployed-site.ts';

let site: DeployedSite;

beforeAll(async () => {
  site = await startDeployedSite();
});

afterAll(() => site?.stop());

beforeEach(() => {
  site.received.length = 0;
  site.aws.stacks.clear();
});

describe('the revalidate URL comes from', () => {
  test('a flag', async () => {
    expect((await site.run(['revalidate', '--all', '--url', site.revalidateUrl])).code).toBe(0);
    expect(site.received).toEqual([`Bearer ${TOKEN}`]);
  });

  test('the environment', async () => {
    const host = site.host({ ISR_REVALIDATE_URL: site.revalidateUrl });
    expect((await site.run(['revalidate', '--all'], host)).code).toBe(0);
    expect(host.said[0]).toBe('Revalidated the environment, ledger 7:');
  });

  test('the outputs that cdk deploy wrote', async () => {
    await site.writeOutputs({ MySite: { RevalidateUrl: site.revalidateUrl }, Database: { Endpoint: 'x' } });
    const { code, host } = await site.run(['revalidate', '--all', '--outputs', 'outputs.json']);
    expect(code).toBe(0);
    expect(host.said[0]).toBe("Revalidated stack 'MySite' in outputs.json, ledger 7:");
  });

  test('CloudFormation', async () => {
    site.aws.stacks.set('MySite', { RevalidateUrl: site.revalidateUrl });
    const { code, host } = await site.run(['revalidate', '--all', '--stack', 'MySite']);
    expect([code, host.said[0]]).toEqual([0, "Revalidated stack 'MySite', ledger 7:"]);
  });

  test('the stack that is named, whatever the environment says', async () => {
    site.aws.stacks.set('MySite', { RevalidateUrl: site.revalidateUrl });
    const host = site.host({ ISR_REVALIDATE_URL: 'https://example.invalid/' });
    expect((await site.run(['revalidate', '--all', '--stack', 'MySite'], host)).code).toBe(0);
    expect(site.received).toHaveLength(1);
  });
});

describe('without a place', () => {
  test.each([
    [
      ['revalidate', '--all'],
      /the revalidate URL.*\n.*--url.*\n.*--outputs.*\n.*--stack.*\n.*ISR_REVALIDATE_URL.*\n.*local stack/,
    ],
    [['status', '/blog'], /the site's URL.*\n.*--site.*\n.*--outputs.*\n.*--stack.*\n.*ISR_SITE_URL.*\n.*local stack/],
    [['pages'], /the bucket.*\n.*--bucket.*\n.*--outputs.*\n.*--stack.*\n.*ISR_BUCKET.*\n.*local stack/],
    [['tail'], /what to listen to.*\n.*local stack.*\n.*--stack.*\n.*--outputs.*\n.*--log-group/],
  ])('isr %j lists the ways to name one', async (argv, message) => {
    const { code, host } = await site.run(argv);
    expect(code).toBe(2);
    expect(host.complained[0]).toMatch(message);
  });

  test('a stack without the output says which one it lacks', async () => {
    site.aws.stacks.set('MySite', {});
    const { code, host } = await site.run(['revalidate', '--all', '--stack', 'MySite']);
    expect(code).toBe(2);
    expect(host.complained[0]).toBe(
      "isr: the revalidate URL is not known: stack 'MySite' has no output RevalidateUrl; give --url <url>",
    );
  });
});

describe('what cannot be read ends with 1 and the reason', () => {
  test('a stack that is not there', async () => {
    const { code, host } = await site.run(['pages', '--stack', 'Nowhere']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      "isr pages: cannot read the outputs of stack 'Nowhere': Stack with id Nowhere does not exist",
    ]);
  });

  test('outputs that cannot be read', async () => {
    await writeFile(join(site.folder, 'outputs.json'), '{');
    const { code, host } = await site.run(['pages', '--outputs', 'outputs.json']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      expect.stringMatching(/cannot read the outputs in .*outputs\.json.*cdk deploy --outputs-file/),
    ]);
  });
});

describe('several sites in one file of outputs', () => {
  const two = { One: { SiteUrl: 'https://one.example' }, Two: { RevalidateUrl: 'https://two.example' } };

  test('need a --stack', async () => {
    await site.writeOutputs(two);
    const { code, host } = await site.run(['pages', '--outputs', 'outputs.json']);
    expect([code, host.complained[0]]).toEqual([
      2,
      expect.stringMatching(/several sites; choose one with --stack: One, Two/),
    ]);
  });

  test('are told apart by it', async () => {
    await site.writeOutputs({ ...two, Two: { RevalidateUrl: site.revalidateUrl } });
    expect((await site.run(['revalidate', '--all', '--outputs', 'outputs.json', '--stack', 'Two'])).code).toBe(0);
    const { host } = await site.run(['pages', '--outputs', 'outputs.json', '--stack', 'Three']);
    expect(host.complained[0]).toMatch(/has no stack 'Three'; it has One, Two/);
  });
});
