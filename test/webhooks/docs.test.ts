import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SecretValue } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { Faults } from '../../lib/basics/faults.ts';
import { readSiteWebhooks, type WebhooksProp } from '../../lib/constructs/site-webhooks.ts';
import { VENDORS } from '../../lib/webhooks/vendors.ts';

const DOCS = fileURLToPath(new URL('../../docs/cms/', import.meta.url));
const pages = globSync('*.md', { cwd: DOCS });

test('every vendor has a page, which the index lists', () => {
  const index = readFileSync(join(DOCS, 'README.md'), 'utf8');
  for (const name of Object.keys(VENDORS)) {
    expect(pages).toContain(`${name}.md`);
    expect(index).toContain(`(${name}.md)`);
  }
});

describe.each(pages)('docs/cms/%s', (page) => {
  const text = readFileSync(join(DOCS, page), 'utf8');
  const blocks = [...text.matchAll(/^ *```ts\n(.*?)^ *```$/gms)].map(([, code = '']) => code);

  test('shows settings that are valid', () => {
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) {
      const evaluate = new Function('cmsSecret', `return ({ ${block} })`) as (cmsSecret: unknown) => {
        readonly webhooks: WebhooksProp;
      };
      const { webhooks } = evaluate({ secretValue: SecretValue.secretsManager('cms') });
      const faults = new Faults('the webhooks');
      expect(Object.keys(readSiteWebhooks(faults.in(webhooks)).compiled.webhooks)).toEqual(Object.keys(webhooks));
      expect(faults.found).toEqual([]);
    }
  });

  test('links to what is there', () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]*)/g)) {
      if (target !== '') expect(existsSync(join(dirname(join(DOCS, page)), target)), target).toBe(true);
    }
  });
});
