import { join } from 'node:path';
import { Annotations, type SecretValue, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { memberOf } from '../basics/checks.ts';
import { IsrError } from '../basics/errors.ts';
import type { Given } from '../basics/faults.ts';
import { isJsonObject } from '../basics/json-object.ts';
import { COMPILED_VERSION, type CompiledWebhooks, secretVariablesOf } from '../webhooks/compiled.ts';
import { readWebhooks, type WebhookSettings } from '../webhooks/settings/read-webhooks.ts';
import { copyModule, writeJson } from './staging.ts';

export interface WebhookProps extends WebhookSettings {
  /**
   * The secret that the vendor signs with, or sends. Two while it is being changed: both are accepted. Use
   * `secret.secretValue` of a secret in Secrets Manager, which CloudFormation reads when it deploys.
   */
  readonly secret: SecretValue | readonly [SecretValue, SecretValue];
}

export type WebhooksProp = Readonly<Record<string, WebhookProps>>;

/** The webhooks, checked. */
export interface SiteWebhooks {
  /** For `webhooks.json`: everything but the secrets. */
  readonly compiled: CompiledWebhooks;
  /** Environment variables, each a reference to a secret. */
  readonly secrets: Readonly<Record<string, SecretValue>>;
}

/** Reads the prop `webhooks`. */
export function readSiteWebhooks(given: Given): SiteWebhooks {
  const fields = isJsonObject(given.value) ? given.value : {};
  return {
    compiled: { version: COMPILED_VERSION, webhooks: given.value === undefined ? {} : readWebhooks(given) },
    secrets: Object.fromEntries(
      Object.keys(fields).flatMap((name) => readSecrets(memberOf(given, fields, name), name)),
    ),
  };
}

/** The secrets, each with the name of its variable. */
function readSecrets(webhook: Given, name: string): [variable: string, secret: SecretValue][] {
  // If it is no object, that fault is noted already.
  if (!isJsonObject(webhook.value)) return [];
  const given = webhook.at('secret', webhook.value.secret).secret;
  const secrets: readonly unknown[] = Array.isArray(given.value) ? given.value : [given.value];
  if (secrets.length === 0 || secrets.length > 2 || !secrets.every(isSecretValue)) {
    given.mustBe('a SecretValue, or two while it is being changed');
    return [];
  }
  if (secrets.some((secret) => secret.unsafeUnwrap() === '')) {
    given.mustBe('a secret that is not empty', 'anybody could sign with it');
  }
  const variables = secretVariablesOf(name);
  return secrets.flatMap((secret, i): [string, SecretValue][] => [[variables[i] ?? variables[0], secret]]);
}

/** Not `instanceof`: the app may have another copy of aws-cdk-lib. */
function isSecretValue(value: unknown): value is SecretValue {
  return typeof (value as Partial<SecretValue> | null | undefined)?.unsafeUnwrap === 'function';
}

/**
 * References that CloudFormation replaces by the secrets. There is a warning for a secret that is written into the code.
 *
 * @throws IsrError when CloudFormation could not do it
 */
export function secretVariables(scope: Construct, { secrets }: SiteWebhooks): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, secret]) => [variable, referenceOf(scope, variable, secret)]),
  );
}

function referenceOf(scope: Construct, variable: string, secret: SecretValue): string {
  const value = secret.unsafeUnwrap();
  if (!Token.isUnresolved(value) && !value.startsWith('{{resolve:')) {
    const message = `${variable} is in the template in clear; use \`secret.secretValue\` of a secret in Secrets Manager`;
    Annotations.of(scope).addWarningV2('cdk-isr:webhookSecretInClear', message);
  }
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
  if (JSON.stringify(Stack.of(scope).resolve(value)).includes('{{resolve:ssm-secure:')) {
    throw new IsrError(
      'INVALID_OPTION',
      `${variable} is a secure string of SSM, which CloudFormation gives to no function; use Secrets Manager (at ${scope.node.path})`,
    );
  }
  return value;
}

/** Adds the compiled webhooks, and the modules of only those vendors that send any. */
export function addWebhooks(compiled: CompiledWebhooks, folder: string): void {
  writeJson(join(folder, 'webhooks.json'), compiled);
  const vendors = new Set(Object.values(compiled.webhooks).map(({ vendor }) => vendor));
  for (const vendor of vendors) copyModule(`webhooks/${vendor}.mjs`, folder);
}
