import { randomInt } from 'node:crypto';
import type { PropertyReader } from '../../cloudformation/property-reader.ts';
import { ignored, nested, type ResourceTypes } from '../../cloudformation/resource-type.ts';
import type { StackContext } from '../context.ts';
import { physicalName } from '../physical-name.ts';

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const UPPERCASE = LOWERCASE.toUpperCase();
const DIGITS = '0123456789';
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export const secretResources: ResourceTypes<StackContext> = {
  'AWS::SecretsManager::Secret': {
    properties: {
      Description: ignored('a label'),
      GenerateSecretString: nested({
        ExcludeCharacters: 'emulated',
        ExcludeLowercase: 'emulated',
        ExcludeNumbers: 'emulated',
        ExcludePunctuation: 'emulated',
        ExcludeUppercase: 'emulated',
        GenerateStringKey: 'emulated',
        IncludeSpace: 'emulated',
        PasswordLength: 'emulated',
        RequireEachIncludedType: ignored('a long random text has each type anyway'),
        SecretStringTemplate: 'emulated',
      }),
      KmsKeyId: ignored('the value lies in the data directory, readable by its owner alone'),
      Name: 'emulated',
      SecretString: 'emulated',
      Tags: ignored('a label'),
    },
    attributes: ['Id'],
    create: async ({ logicalId, constructPath, generatedName, properties }, context) => {
      const { region, accountId, state, secrets, secretsByPath } = context;
      const name = properties.optionalString('Name') ?? physicalName(generatedName, 64);
      const arn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-local`;
      const given = properties.optionalString('SecretString');
      const value = given ?? (await state.secret(logicalId, () => generate(properties)));
      secrets.set(arn, value);
      secrets.set(name, value);
      secretsByPath.set(constructPath, value);
      return { ref: arn, attributes: { Id: arn } };
    },
  },
};

function generate(properties: PropertyReader): string {
  const options = properties.optionalObject('GenerateSecretString');
  if (options === undefined) return '';
  const password = randomText(alphabetOf(options), options.optionalNumber('PasswordLength') ?? 32);
  const template = options.optionalString('SecretStringTemplate');
  if (template === undefined) return password;
  return JSON.stringify({ ...JSON.parse(template), [options.string('GenerateStringKey')]: password });
}

function alphabetOf(options: PropertyReader): readonly string[] {
  const parts = [
    options.optionalBoolean('ExcludeLowercase') ? '' : LOWERCASE,
    options.optionalBoolean('ExcludeUppercase') ? '' : UPPERCASE,
    options.optionalBoolean('ExcludeNumbers') ? '' : DIGITS,
    options.optionalBoolean('ExcludePunctuation') ? '' : PUNCTUATION,
    options.optionalBoolean('IncludeSpace') ? ' ' : '',
  ];
  const excluded = options.optionalString('ExcludeCharacters') ?? '';
  return [...parts.join('')].filter((character) => !excluded.includes(character));
}

function randomText(alphabet: readonly string[], length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
