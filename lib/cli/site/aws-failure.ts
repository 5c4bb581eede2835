import { reasonOf } from '../../basics/errors.ts';
import { FailedCommand } from '../terminal/command.ts';

/** What an AWS SDK threw, with what the user can do about it. */
export function awsFailure(what: string, error: unknown): FailedCommand {
  const advice = adviceFor(error);
  return new FailedCommand(`${what}: ${reasonFor(error)}${advice && `; ${advice}`}`, { cause: error });
}

function reasonFor(error: unknown): string {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const name = error instanceof Error ? error.name : '';
  // The answer to a HEAD has no body that would tell more.
  if (/^(Unknown|UnknownError|403)$/.test(name)) return `AWS answered ${status ?? 'with an error'}`;
  return reasonOf(error).replace(/\s+/g, ' ');
}

function adviceFor(error: unknown): string {
  const { name, message, $metadata } = error as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  if (name === 'CredentialsProviderError') return 'set AWS_PROFILE, or sign in with aws sso login';
  if (/^(ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/.test(name ?? '')) return 'sign in again';
  if (/region is missing/i.test(message ?? '')) return 'give --region or set AWS_REGION';
  return $metadata?.httpStatusCode === 403 ? "check that your credentials are the account's and may do that" : '';
}
