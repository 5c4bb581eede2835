import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createCertificate, isGoodFor } from '../../../lib/local/tls/certificate.ts';
import { Certificates } from '../../../lib/local/tls/certificates.ts';

const NOW = Date.now();
const DAY_MS = 86_400_000;

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a certificate is for each of its names and addresses, and signed with its own key', () => {
  const names = ['127.0.0.1', '::1', '2001:db8::7', 'localhost', 'shop.example.com'];
  const { key, certificate } = createCertificate('a site', names, NOW);
  const read = new X509Certificate(certificate);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(key).toContain('PRIVATE KEY');
  expect(names.map((name) => (read.checkHost(name) ?? read.checkIP(name)) !== undefined)).not.toContain(false);
  expect([read.checkHost('example.com'), read.checkIP('127.0.0.2')]).toEqual([undefined, undefined]);
  expect([read.ca, read.subject]).toEqual([false, 'CN=a site']);
});

test.each([
  ['for names that it has', ['localhost'], 0, true],
  ['for a name that it lacks', ['other.example'], 0, false],
  ['when it ends soon', ['localhost'], 800, false],
])('a kept certificate is used again %s: %s, after %i days: %s', (_, names, days, isGood) => {
  const kept = createCertificate('a site', ['localhost', '::1'], NOW);
  expect(isGoodFor(kept, names, NOW + days * DAY_MS)).toBe(isGood);
});

test('a folder keeps the certificate for the next start, and its key for its owner alone', async () => {
  const folder = await createFolder();
  const first = await new Certificates(folder).for('E1', []);
  const again = new Certificates(folder);
  expect(await again.for('E1', [])).toEqual(first);
  expect(await again.for('E1', ['shop.example.com'])).not.toEqual(first);
  expect((await stat(join(folder, 'E1.key.pem'))).mode & 0o077).toBe(0);
});

test('a file that is no certificate is replaced', async () => {
  const folder = await createFolder();
  await writeFile(join(folder, 'E1.key.pem'), 'half a fi');
  expect(isGoodFor(await new Certificates(folder).for('E1', []), ['localhost'], NOW)).toBe(true);
});

test('the functions trust the certificates of all distributions, and get no key', async () => {
  const certificates = new Certificates(await createFolder());
  const [one, two] = [await certificates.for('E1', []), await certificates.for('E2', [])];
  expect(await readFile(certificates.file, 'utf8')).toBe(one.certificate + two.certificate);
});
