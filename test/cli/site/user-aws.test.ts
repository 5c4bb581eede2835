import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DeployedSite, startDeployedSite } from '../support/deployed-site.ts';

let site: DeployedSite;
let home: string;

beforeAll(async () => {
  site = await startDeployedSite();
});

afterAll(() => site?.stop());

// The chain of credentials reads the environment of the process, wherever the command line runs.
beforeEach(async () => {
  // A folder for each test: the chain remembers the files that it has read.
  home = await mkdtemp(join(tmpdir(), 'isr-aws-'));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_REGION'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  site.aws.received.length = 0;
  site.aws.refusals.length = 0;
  site.aws.stacks.set('MySite', { SiteUrl: 'https://example.com', BucketName: 'pages', DeploymentId: 'one' });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

const signedOut = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_REGION: '' };
const pages = (environment: Record<string, string> = {}, ...flags: string[]) =>
  site.run(['pages', '--stack', 'MySite', ...flags], site.host(environment));
/** `Credential=<key>/<day>/<region>/<service>/aws4_request` of the first call. */
const signedBy = () => /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(site.aws.received[0]?.authorization ?? '')?.slice(1);

describe('the calls of AWS are signed by', () => {
  test('the keys and the region of the environment', async () => {
    await pages({ AWS_SESSION_TOKEN: 'session' });
    expect(signedBy()).toEqual(['test', 'eu-west-1']);
    expect(site.aws.received[0]).toMatchObject({ 'x-amz-security-token': 'session' });
  });

  test('a profile, which also tells the region', async () => {
    await writeFile(join(home, 'config'), '[profile work]\nregion = ap-south-1\n');
    await writeFile(join(home, 'credentials'), '[work]\naws_access_key_id = OFWORK\naws_secret_access_key = secret\n');
    vi.stubEnv('AWS_PROFILE', 'work');
    await pages({ ...signedOut, AWS_PROFILE: 'work' });
    expect(signedBy()).toEqual(['OFWORK', 'ap-south-1']);
  });

  test('the region of a flag rather than that of the environment', async () => {
    await pages({}, '--region', 'us-west-2');
    expect(signedBy()).toEqual(['test', 'us-west-2']);
  });
});

describe('a failure says what to do', () => {
  test('when nobody is signed in', async () => {
    const { code, host } = await pages(signedOut);
    expect(code).toBe(1);
    expect(host.complained).toEqual([
      expect.stringMatching(/^isr pages: cannot sign in to AWS: .+; set AWS_PROFILE, or sign in with aws sso login$/),
    ]);
  });

  test('when the single sign-on of a profile is over', async () => {
    const session = 'sso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n';
    const profile = 'region = eu-west-1\nsso_session = me\nsso_account_id = 123456789012\nsso_role_name = Reader\n';
    await writeFile(join(home, 'config'), `[profile me]\n${profile}[sso-session me]\n${session}`);
    vi.stubEnv('AWS_PROFILE', 'me');
    vi.stubEnv('HOME', home);
    const { code, host } = await pages({ ...signedOut, AWS_PROFILE: 'me' });
    expect(code).toBe(1);
    expect(host.complained).toEqual([expect.stringMatching(/cannot sign in to AWS: .*run 'aws sso login'[^;]*$/)]);
  });

  test('when no region is known', async () => {
    const { code, host } = await pages({ AWS_REGION: '' });
    expect(code).toBe(1);
    expect(host.complained).toEqual(['isr pages: cannot tell the AWS region; give --region or set AWS_REGION']);
  });

  const xml = (code: string, message: string) =>
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const elsewhere = { 'x-amz-bucket-region': 'eu-north-1' };

  test.each([
    [
      'the sign-in is over',
      { status: 400, body: xml('ExpiredToken', 'The provided token has expired.') },
      'The provided token has expired; sign in again',
    ],
    [
      'it is not allowed',
      { status: 403, body: xml('AccessDenied', 'Access &quot;Denied&quot;') },
      'Access "Denied"; check that your credentials are the account\'s and may do that',
    ],
    [
      'the bucket is in another region',
      { status: 301, headers: elsewhere, body: xml('PermanentRedirect', 'Use another endpoint.') },
      'Use another endpoint; give --region eu-north-1',
    ],
    ['AWS does not say why', { status: 400 }, 'AWS answered 400'],
    ['something else answers', { status: 407, body: '<html><p>Proxy' }, 'AWS answered 407'],
  ])('when %s', async (_, refusal, message) => {
    site.aws.refusals.push(refusal);
    const { code, host } = await site.run(['pages', '--bucket', 'pages', '--deployment', 'one']);
    expect(code).toBe(1);
    expect(host.complained).toEqual([`isr pages: cannot read 'deployments/one/' of bucket 'pages': ${message}`]);
  });

  test('of a page too: what the edge says is told all the same', async () => {
    site.aws.refusals.push({ status: 403 });
    const { code, host } = await site.run([
      'status',
      `${site.revalidateUrl}/a`,
      '--bucket',
      'pages',
      '--deployment',
      'one',
    ]);
    expect(code).toBe(0);
    expect(host.said.join(' ').replace(/\s+/g, ' ')).toContain(
      "It is not known what is stored: cannot read '_isr/ledger.json' of bucket 'pages': AWS answered 403; check that",
    );
  });
});
