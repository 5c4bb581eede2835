import { Annotations, type SecretValue, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { IsrError } from '../basics/errors.ts';
import { parseWebhooks, secretVariablesOf, type WebhookSettings } from '../webhooks/configuration.ts';

export interface WebhookProps extends WebhookSettings {
  /**
   * What the vendor signs with, or sends. Two while it is being changed: both are accepted.
   * `secret.secretValue` of a secret in Secrets Manager; CloudFormation reads it when it deploys.
   */
  readonly secret: SecretValue | readonly [SecretValue, SecretValue];
}

export type WebhooksProp = Readonly<Record<string, WebhookProps>>;

/** The webhooks, checked. */
export interface SiteWebhooks {
  /** For `webhooks.json`: everything but the secrets. */
  readonly settings: Readonly<Record<string, WebhookSettings>>;
  /** Environment variables, each a reference to a secret. */
  readonly secrets: Readonly<Record<string, SecretValue>>;
}

/** With whatever is wrong. */
export function readWebhooks(webhooks: WebhooksProp = {}): SiteWebhooks & { readonly faults: readonly string[] } {
  const entries = Object.entries(webhooks);
  const settings = Object.fromEntries(entries.map(([name, { secret, ...rest }]) => [name, rest]));
  return {
    settings,
    secrets: Object.fromEntries(entries.flatMap(([name, { secret }]) => variablesOf(name, secretsIn(secret)))),
    faults: [...parseWebhooks(settings).faults, ...entries.flatMap(([name, { secret }]) => secretFaults(name, secret))],
  };
}

/**
 * What CloudFormation has to put into the environment. A secret that is written into the code gets a warning.
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

function secretsIn(secret: WebhookProps['secret'] | undefined): readonly (SecretValue | undefined)[] {
  return Array.isArray(secret) ? secret : [secret as SecretValue | undefined];
}

function variablesOf(name: string, secrets: readonly (SecretValue | undefined)[]): [string, SecretValue][] {
  return secretVariablesOf(name).flatMap((variable, i) => {
    const secret = secrets[i];
    return secret === undefined ? [] : [[variable, secret] satisfies [string, SecretValue]];
  });
}

function secretFaults(name: string, secret: WebhookProps['secret'] | undefined): string[] {
  const place = `'webhooks.${name}'.secret`;
  const secrets = secretsIn(secret);
  if (secrets.length > 2 || secrets.some((each) => typeof each?.unsafeUnwrap !== 'function')) {
    return [`${place} must be a SecretValue, or two while it is being changed`];
  }
  return secrets.some((each) => each?.unsafeUnwrap() === '') ? [`${place} is empty: anybody could sign with it`] : [];
}
