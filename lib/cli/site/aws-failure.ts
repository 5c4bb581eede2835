import { AwsRefusal, type AwsResponse } from '../../aws/client.ts';
import { reasonOf } from '../../basics/errors.ts';
import { isJsonObject } from '../../basics/json-object.ts';
import { XMLParser } from '../../vendor/xml.ts';
import { FailedCommand } from '../terminal/command.ts';

/** Says what went wrong at AWS, and what the user can do about it. */
export function awsFailure(what: string, error: unknown): FailedCommand {
  const { reason, advice } = error instanceof AwsRefusal ? explainRefusal(error) : explainFailure(error);
  const sentence = `${what}: ${reason.replace(/\s+/g, ' ')}`;
  const message = advice === '' ? sentence : `${sentence.replace(/\.$/, '')}; ${advice}`;
  return new FailedCommand(message, { cause: error });
}

interface Explanation {
  readonly reason: string;
  /** Empty when there is none. */
  readonly advice: string;
}

function explainFailure(error: unknown): Explanation {
  const reason = reasonOf(error);
  const isSignedOut = error instanceof Error && error.name === 'CredentialsProviderError';
  const isAdvised = !isSignedOut || reason.includes('aws sso login');
  return { reason, advice: isAdvised ? '' : 'set AWS_PROFILE, or sign in with aws sso login' };
}

function explainRefusal({ response }: AwsRefusal): Explanation {
  const { code, message } = errorIn(response);
  return { reason: message || code || `AWS answered ${response.status}`, advice: adviceFor(code, response) };
}

function adviceFor(code: string, { status, headers }: AwsResponse): string {
  if (/^(ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/.test(code)) return 'sign in again';
  if (status === 403) return "check that your credentials are the account's and may do that";
  // S3 says this when it was asked in the wrong region.
  const region = headers['x-amz-bucket-region'];
  return region === undefined ? '' : `give --region ${region}`;
}

export interface AwsError {
  /** `AccessDenied`. Empty when AWS gives none, as in its response to a HEAD. */
  readonly code: string;
  readonly message: string;
}

/** S3 answers `<Error>`, CloudFormation `<ErrorResponse><Error>`, and CloudWatch Logs JSON. */
export function errorIn({ body }: AwsResponse): AwsError {
  const text = body.toString('utf8');
  try {
    return text.startsWith('{') ? errorInJson(JSON.parse(text)) : errorInXml(text);
  } catch {
    // The response is not from AWS, but perhaps from a proxy.
    return { code: '', message: '' };
  }
}

function errorInJson(response: unknown): AwsError {
  if (!isJsonObject(response)) return { code: '', message: '' };
  const { __type: type, message } = response;
  // `com.amazonaws.logs#ThrottlingException`
  const code = typeof type === 'string' ? type.replace(/^.*#/, '') : '';
  return { code, message: typeof message === 'string' ? message : '' };
}

function errorInXml(text: string): AwsError {
  const { Error: own, ErrorResponse } = new XMLParser({ parseTagValue: false }).parse(text);
  const { Code: code = '', Message: message = '' } = own ?? ErrorResponse?.Error ?? {};
  return { code, message };
}
