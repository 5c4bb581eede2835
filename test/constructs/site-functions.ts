import { globSync, readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../lib/basics/environment.ts';
import {
  liveVariables,
  purgeVariables,
  renderVariables,
  revalidateVariables,
  serveVariables,
} from '../../lib/handover/variables.ts';
import { plainSite, type SynthesizedSite, synthesize, TOKEN_HASH } from './fixture.ts';

type Name = 'Serve' | 'Render' | 'Revalidate' | 'Live' | 'Purge';
const SITE_RUNNERS = ['Serve', 'Render', 'Revalidate', 'Live'] as const;
const ALL = [...SITE_RUNNERS, 'Purge'] as const;

const TABLES = {
  Serve: serveVariables,
  Render: renderVariables,
  Revalidate: revalidateVariables,
  Live: liveVariables,
  Purge: purgeVariables,
};
/** What the functions that render pages have in common. */
const PAGES = 'lambdas/shared/pages.ts';

let synthesized: SynthesizedSite;
beforeAll(async () => {
  synthesized = await plainSite();
});

describe('each function', () => {
  test.each(ALL)('%s runs on Node 24, arm64', (name) => {
    expect(functionOf(name)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  test('has a log group of its own that forgets', () => {
    const groups = Object.values(synthesized.template.findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(7);
    for (const group of groups) expect(group.Properties.RetentionInDays).toBe(30);
  });

  test.each(Object.entries(TABLES))(
    '%s finds in its environment what it reads, and nothing of ours beside',
    (name, table) => {
      const environment = environmentOf(name as Name, synthesize({ siteUrl: 'https://example.com' }));
      const texts = Object.entries(environment).map(([key, value]) => [key, asText(value)]);
      expect(readEnvironment(name, table as typeof serveVariables, Object.fromEntries(texts))).toBeDefined();
      expect(Object.keys(environment).toSorted()).toEqual(
        Object.values(table)
          .map((each) => each.name)
          .toSorted(),
      );
    },
  );

  test.each(Object.entries(TABLES))('%s uses every variable that it is given', (name, table) => {
    const folder = name.toLowerCase();
    const sources = [...globSync(`lambdas/${folder}/*.ts`), ...(name === 'Live' || name === 'Purge' ? [] : [PAGES])];
    const text = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    const unused = Object.keys(table).filter((key) => !new RegExp(`\\b${key}\\b`).test(text));
    expect(unused).toEqual([]);
  });
});

describe('the functions that run the site', () => {
  const DEPLOYMENT = { ISR_DEPLOYMENT_ID: '0123456789abcdef' };
  const REQUESTS = { ISR_TOKEN_HASHES: TOKEN_HASH, ISR_ALLOW_QUERY: 'page' };
  const PAGES_MADE = { ISR_EXPIRATION: '60', ISR_TRAILING_SLASH: 'ignore' };

  test.each<[Name, object]>([
    ['Serve', { ...DEPLOYMENT, ...REQUESTS, ...PAGES_MADE }],
    ['Render', { ...DEPLOYMENT, ...PAGES_MADE }],
    ['Revalidate', { ...DEPLOYMENT, ...REQUESTS, ...PAGES_MADE }],
    ['Live', { ...DEPLOYMENT, ...REQUESTS, ISR_HTML_ENDINGS: 'false' }],
  ])('%s knows the deployment, and what it needs of expiration and tokens', (name, expected) => {
    expect(environmentOf(name)).toMatchObject(expected);
  });

  test("have the user's environment, whenever it was added", () => {
    const environment = { API_URL: 'https://api.example' };
    const withEnvironment = synthesize({ environment }, {}, (site) => site.addEnvironment('ADDED', 'later'));
    for (const name of SITE_RUNNERS) {
      expect(environmentOf(name, withEnvironment)).toMatchObject({ ...environment, ADDED: 'later' });
    }
    expect(environmentOf('Purge', withEnvironment)).not.toHaveProperty('API_URL');
  });

  test('an expiration of false stays false', () => {
    const isr = { expiration: false, allowQuery: [], tokenHashes: [] } as const;
    expect(environmentOf('Serve', synthesize({}, { isr })).ISR_EXPIRATION).toBe('false');
  });

  test('a page and a live route may take what the adapter says, unless the props say otherwise', () => {
    const timeouts = ({ template }: SynthesizedSite) =>
      (['Render', 'Live'] as const).map((name) => functionOf(name, { ...synthesized, template }).Timeout);
    expect(timeouts(synthesize({}, { maxDurationSeconds: 60 }))).toEqual([75, 60]);
    const liveTimeout = Duration.seconds(20);
    expect(timeouts(synthesize({ liveTimeout }, { maxDurationSeconds: 60 }))).toEqual([75, 20]);
  });

  test('a page that a viewer waits for has two seconds less than CloudFront', () => {
    const { ISR_RENDER_TIMEOUT_MS } = environmentOf('Serve', synthesize({ originTimeout: Duration.seconds(10) }));
    expect(ISR_RENDER_TIMEOUT_MS).toBe('8000');
    expect(environmentOf('Render').ISR_RENDER_TIMEOUT_MS).toBe('30000');
    expect(environmentOf('Serve').ISR_JOB_TIMEOUT_MS).toBe('30000');
  });
});

describe('the address of the site', () => {
  test("is the distribution's when nothing else is known, and stands in the bucket, where those find it who need it", () => {
    for (const name of ALL) expect(environmentOf(name)).not.toHaveProperty('ISR_SITE_URL');
    const upload = resourceOf('Custom::CDKBucketDeployment', 'SiteAddressCustomResource');
    expect(upload).toMatchObject({ DestinationBucketKeyPrefix: '_isr', Prune: false });
    expect(JSON.stringify(upload.SourceMarkers)).toMatch(/SiteEdgeDistribution.*SiteEdgeDistribution.*DomainName/);
    const readers = ALL.filter((name) => JSON.stringify(policyOf(name)).includes('/_isr/site.json'));
    expect(readers).toEqual(['Render', 'Revalidate', 'Purge']);
  });

  test('is read by nobody for its name when it has one', () => {
    const named = synthesize({ siteUrl: 'https://example.com' });
    const readers = ALL.filter((name) => JSON.stringify(policyOf(name, named)).includes('/_isr/site.json'));
    expect(readers).toEqual(['Revalidate', 'Purge']);
  });

  test("is the configuration's, which the props may override", () => {
    const site = 'https://configured.example';
    expect(environmentOf('Serve', synthesize({}, { site })).ISR_SITE_URL).toBe(site);
    const overridden = synthesize({ siteUrl: 'https://props.example/' }, { site });
    expect(environmentOf('Render', overridden).ISR_SITE_URL).toBe('https://props.example');
  });
});

test('no function refers to the distribution', () => {
  for (const name of ALL) {
    expect(JSON.stringify([functionOf(name), policyOf(name)])).not.toContain('Distribution');
  }
});

describe('permissions', () => {
  test.each([
    ['Serve', ['_isr/facts/*', '_isr/leases/*', '_isr/ledger/*', '_isr/purges/*', 'deployments/*']],
    ['Render', ['_isr/facts/*', '_isr/leases/*', '_isr/ledger/*', 'deployments/*']],
    [
      'Revalidate',
      [
        '_isr/facts/*',
        '_isr/leases/*',
        '_isr/ledger/*',
        '_isr/purges/*',
        '_isr/purges/made/*',
        '_isr/webhooks/*',
        'deployments/*',
      ],
    ],
    ['Live', ['_isr/ledger/*']],
    ['Purge', ['_isr/ledger/*', '_isr/purges/*', '_isr/purges/made/*']],
  ] as const)('%s may use the keys %j and no others', (name, prefixes) => {
    const text = JSON.stringify(policyOf(name));
    const keys = [...text.matchAll(/"\/((?:[a-z_]+\/)*\*)"/g)].map((match) => match[1]);
    expect(keys.toSorted()).toEqual(prefixes);
    expect(text).not.toContain('s3:*');
  });

  test.each(['Serve', 'Render', 'Revalidate'] as const)('%s may tag what it renders', (name) => {
    expect(JSON.stringify(policyOf(name))).toContain('s3:PutObjectTagging');
  });

  test.each([
    ['Serve', ['Jobs', 'Purges']],
    ['Render', ['Purges']],
    ['Revalidate', ['Jobs', 'Purges']],
    ['Live', ['Purges']],
    ['Purge', []],
  ] as const)('%s may send to %j', (name, queues) => {
    const sending = policyOf(name).filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'));
    const names = sending.map(({ Resource }) => /SiteQueues(\w+?)[0-9A-F]{8}/.exec(JSON.stringify(Resource))?.[1]);
    expect(names.toSorted()).toEqual(queues);
  });

  test('only revalidate and purge may invalidate, and only this distribution', () => {
    expect(ALL.filter((name) => JSON.stringify(policyOf(name)).includes('cloudfront:'))).toEqual([]);
    const { PolicyDocument, Roles } = resourceOf('AWS::IAM::Policy', 'SiteFunctionsPurging');
    expect(PolicyDocument.Statement).toHaveLength(1);
    expect(PolicyDocument.Statement[0].Action).toBe('cloudfront:CreateInvalidation');
    expect(JSON.stringify(PolicyDocument.Statement[0].Resource)).toMatch(/:distribution\/.*SiteEdgeDistribution/);
    const roles = Roles.map(({ Ref }: { Ref: string }) => /^SiteFunctions(\w+)Role/.exec(Ref)?.[1]);
    expect(roles).toEqual(['Revalidate', 'Purge']);
  });

  test('revalidate alone may ask what became of an invalidation, and of this distribution alone', () => {
    const { PolicyDocument, Roles } = resourceOf('AWS::IAM::Policy', 'SiteFunctionsWaiting');
    expect(PolicyDocument.Statement).toHaveLength(1);
    expect(PolicyDocument.Statement[0].Action).toBe('cloudfront:GetInvalidation');
    expect(JSON.stringify(PolicyDocument.Statement[0].Resource)).toMatch(/:distribution\/.*SiteEdgeDistribution/);
    expect(Roles.map(({ Ref }: { Ref: string }) => /^SiteFunctions(\w+)Role/.exec(Ref)?.[1])).toEqual(['Revalidate']);
  });

  test.each(ALL)('%s may write to its own log group alone', (name) => {
    const logs = policyOf(name).filter(({ Action }) => JSON.stringify(Action).includes('logs:'));
    expect(logs).toHaveLength(1);
    expect(JSON.stringify(logs[0]?.Resource)).toContain(`SiteFunctions${name}Logs`);
  });
});

describe('function URLs', () => {
  test.each([
    ['Serve', 'AWS_IAM', 'RESPONSE_STREAM'],
    ['Live', 'NONE', 'RESPONSE_STREAM'],
    ['Revalidate', 'NONE', 'BUFFERED'],
  ] as const)('%s: %s, %s', (name, AuthType, InvokeMode) => {
    synthesized.template.hasResourceProperties('AWS::Lambda::Url', {
      AuthType,
      InvokeMode,
      TargetFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^SiteFunctions${name}`), 'Arn'] },
    });
  });

  test('serve may be called by this distribution alone, in both ways that Lambda asks for', () => {
    const permissions = Object.values(synthesized.template.findResources('AWS::Lambda::Permission')).filter(
      ({ Properties }) => JSON.stringify(Properties.FunctionName).includes('SiteFunctionsServe'),
    );
    expect(permissions.map(({ Properties }) => Properties.Action).toSorted()).toEqual([
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('cloudfront.amazonaws.com');
      expect(JSON.stringify(Properties.SourceArn)).toContain('SiteEdgeDistribution');
    }
  });
});

test('the secret between CloudFront and the live function is generated, and in the template only by reference', () => {
  synthesized.template.hasResourceProperties('AWS::SecretsManager::Secret', {
    GenerateSecretString: Match.objectLike({ PasswordLength: 48 }),
  });
  expect(JSON.stringify(environmentOf('Live').ISR_ORIGIN_SECRET)).toMatch(
    /resolve:secretsmanager:.*OriginSecret.*SecretString/,
  );
  for (const name of ['Serve', 'Render', 'Revalidate', 'Purge'] as const) {
    expect(environmentOf(name)).not.toHaveProperty('ISR_ORIGIN_SECRET');
  }
});

test('a reserved name cannot be given to the site', () => {
  const { site } = synthesized;
  expect(() => site.addEnvironment('ISR_BUCKET', 'x')).toThrow(
    /'ISR_BUCKET' must be named otherwise.*\(at Stack\/Site\)/,
  );
});

function resourceOf(type: string, prefix: string, { template } = synthesized) {
  const found = Object.entries(template.findResources(type)).filter(([id]) =>
    new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id),
  );
  expect(found.map(([id]) => id)).toHaveLength(1);
  return found[0]?.[1].Properties;
}

function functionOf(name: Name, from = synthesized) {
  return resourceOf('AWS::Lambda::Function', `SiteFunctions${name}`, from);
}

function environmentOf(name: Name, from = synthesized): Record<string, unknown> {
  return functionOf(name, from).Environment.Variables;
}

function policyOf(name: Name, from = synthesized): { Action: string | string[]; Resource: unknown }[] {
  return resourceOf('AWS::IAM::Policy', `SiteFunctions${name}RoleDefaultPolicy`, from).PolicyDocument.Statement;
}

/** What the variable looks like once it is deployed: a reference becomes some text. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : 'resolved';
}
