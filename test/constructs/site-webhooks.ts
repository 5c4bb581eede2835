import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnParameter, SecretValue, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeAll, describe, expect, test } from 'vitest';
import { IsrSite, IsrStack, type WebhookProps } from '../../lib/index.ts';
import type { CompiledWebhooks } from '../../lib/webhooks/compiled.ts';
import { bundles, newApp, plainSite, type SynthesizedSite, synthesize, writeBuild } from './fixture.ts';

beforeAll(bundles);

const secret = SecretValue.secretsManager('cms');
type Webhooks = Readonly<Record<string, WebhookProps>>;

/** As a JavaScript user may write it. */
const loosely = (webhooks: unknown): Webhooks => webhooks as Webhooks;

describe('the revalidate function', () => {
  const webhooks: Webhooks = {
    contentful: { secret: [secret, SecretValue.secretsManager('next')] },
    'shop-eu': { vendor: 'shopify', secret, rules: [{ when: { type: 'product' }, paths: ['/products/{slug}'] }] },
  };
  let site: SynthesizedSite;
  beforeAll(() => {
    site = synthesize({ webhooks });
  });

  test('has the secrets, as references that CloudFormation resolves, and no other function has them', () => {
    const { template } = site;
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const withSecrets = functions.filter(([, each]) => JSON.stringify(each).includes('ISR_WEBHOOK_SECRET'));
    expect(withSecrets.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual(['SiteFunctionsRevalidate']);
    expect(withSecrets[0]?.[1].Properties.Environment.Variables).toMatchObject({
      ISR_WEBHOOK_SECRET_CONTENTFUL: '{{resolve:secretsmanager:cms:SecretString:::}}',
      ISR_WEBHOOK_SECRET_2_CONTENTFUL: '{{resolve:secretsmanager:next:SecretString:::}}',
      ISR_WEBHOOK_SECRET_SHOP_EU: '{{resolve:secretsmanager:cms:SecretString:::}}',
    });
  });

  test('has everything else beside its bundle', () => {
    const { version, webhooks: compiled } = webhooksFile(site);
    expect(version).toBe(1);
    expect(Object.keys(compiled)).toEqual(['contentful', 'shop-eu']);
    expect(compiled['shop-eu']).toEqual({
      vendor: 'shopify',
      options: {},
      rules: [
        {
          conditions: [{ name: 'type', values: ['product'] }],
          targets: [
            {
              kind: 'paths',
              template: {
                source: '/products/{slug}',
                parts: ['/products/', { name: 'slug', isRest: false }],
              },
            },
          ],
          all: false,
        },
      ],
      settleSeconds: 0,
      wait: false,
    });
  });

  test('has the modules of the vendors that send any, and of no other', () => {
    expect(readdirSync(join(revalidateFolder(site), 'webhooks')).toSorted()).toEqual(['contentful.mjs', 'shopify.mjs']);
  });

  test('knows of none by default', async () => {
    expect(webhooksFile(await plainSite())).toEqual({ version: 1, webhooks: {} });
    expect(readdirSync(revalidateFolder(await plainSite()))).not.toContain('webhooks');
  });

  test('is given secrets of the same stack and parameters too', () => {
    const stack = new Stack(newApp(), 'Stack');
    const parameter = new CfnParameter(stack, 'GhostSecret', { noEcho: true });
    new IsrSite(stack, 'Site', {
      buildDirectory: writeBuild(),
      webhooks: {
        generic: { secret: new Secret(stack, 'Cms').secretValue },
        ghost: { secret: SecretValue.cfnParameter(parameter) },
      },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          ISR_WEBHOOK_SECRET_GENERIC: { 'Fn::Join': ['', Match.arrayWith(['{{resolve:secretsmanager:'])] },
          ISR_WEBHOOK_SECRET_GHOST: { Ref: 'GhostSecret' },
        },
      },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('in clear'));
  });
});

describe('a webhook that is not valid is an error with its place, the value and what to do', () => {
  test.each<[string, unknown, string]>([
    ['a vendor that nobody knows', { blog: { secret } }, `'webhooks.blog.vendor' must be one of contentful, `],
    [
      'a name with capitals',
      { Ghost: { vendor: 'ghost', secret } },
      `'webhooks.Ghost' must be named with up to 63 lower-case letters, digits and hyphens, a letter first`,
    ],
    ['no secret', { ghost: {} }, `'webhooks.ghost.secret' must be a SecretValue`],
    ['a secret in a string', { ghost: { secret: 'x' } }, `'webhooks.ghost.secret' must be a SecretValue`],
    [
      'an empty secret',
      { ghost: { secret: SecretValue.unsafePlainText('') } },
      `'webhooks.ghost.secret' must be a secret that is not empty`,
    ],
    [
      'an option of another vendor',
      { storyblok: { secret, header: 'X-Token' } },
      `'webhooks.storyblok.header' must be an option of storyblok; use vendor, secret, rules, settleSeconds, wait`,
    ],
    [
      'a rule with a field that nobody knows',
      { ghost: { secret, rules: [{ paths: ['/{slugg}'] }] } },
      `'webhooks.ghost.rules[0].paths[0]' must be a template without {slugg}, which is no field, got '/{slugg}'; use event, type, id, slug`,
    ],
  ])('%s', (_title, webhooks, message) => {
    expect(() => synthesize({ webhooks: loosely(webhooks) })).toThrow(message);
    expect(() => synthesize({ webhooks: loosely(webhooks) })).toThrow('(at Stack/Site)');
  });

  test('together with all other faults', () => {
    expect(() => synthesize({ renderMemoryMiB: 1, webhooks: loosely({ blog: { secret } }) })).toThrow(
      /renderMemoryMiB.*webhooks\.blog/,
    );
  });

  test('a secure string of SSM, which no function can be given', () => {
    expect(() => synthesize({ webhooks: { ghost: { secret: SecretValue.ssmSecure('/ghost') } } })).toThrow(
      /ISR_WEBHOOK_SECRET_GHOST is a secure string of SSM.*use Secrets Manager \(at Stack\/Site/,
    );
  });
});

test('a secret that is written into the code gets a warning', () => {
  const { stack } = synthesize({ webhooks: { ghost: { secret: SecretValue.unsafePlainText('in clear') } } });
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('ISR_WEBHOOK_SECRET_GHOST is in the template'));
});

test('the stack says what to paste into each content management system', () => {
  const webhooks: Webhooks = { 'shop-eu': { vendor: 'shopify', secret } };
  const stack = new IsrStack(newApp(), 'CdkIsr', { buildDirectory: writeBuild(), webhooks });
  const [output] = Object.values(Template.fromStack(stack).findOutputs('WebhookUrlShopEu'));
  expect(output?.Value).toEqual({ 'Fn::Join': ['', [expect.anything(), 'webhooks/shop-eu']] });
  expect(Object.keys(stack.site.webhookUrls)).toEqual(['shop-eu']);
});

test('no error quotes a secret', () => {
  const secrets = [loosely({ ghost: { secret: 'hush' } }), loosely({ ghost: { secret, token: 'hush' } })];
  for (const webhooks of secrets) {
    expect(() => synthesize({ webhooks, environment: { 'a-b': 'hush' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hush'), faults: expect.any(Array) }),
    );
  }
});

function webhooksFile(synthesized: ReturnType<typeof synthesize>): CompiledWebhooks {
  return JSON.parse(readFileSync(join(revalidateFolder(synthesized), 'webhooks.json'), 'utf8'));
}

function revalidateFolder({ template, outdir }: ReturnType<typeof synthesize>): string {
  const [revalidate] = Object.values(
    template.findResources('AWS::Lambda::Function', {
      Properties: { Description: Match.stringLikeRegexp('^Takes word') },
    }),
  );
  return join(outdir, `asset.${revalidate?.Properties.Code.S3Key.replace('.zip', '')}`);
}
