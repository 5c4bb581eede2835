import type { CustomErrorResponseConfig } from './cloudformation-shapes.ts';
import { type ConfigurationFaults, checkProperties, readNumber, readOptionalNumber } from './properties.ts';

const DEFAULT_ERROR_TTL_SECONDS = 10;

/** What a distribution does about one status of its origins. */
export interface ErrorResponse {
  readonly cachingSeconds: number;
  readonly page: { readonly uri: string; readonly status: number } | undefined;
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-custom-error-pages.html
const CONFIGURABLE = new Set([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
const PROPERTIES = ['ErrorCode', 'ErrorCachingMinTTL', 'ResponseCode', 'ResponsePagePath'];

export function readErrorResponses(
  configs: readonly CustomErrorResponseConfig[],
  faults: ConfigurationFaults,
): ReadonlyMap<number, ErrorResponse> {
  const responses = new Map<number, ErrorResponse>();
  configs.forEach((config, index) => {
    const where = `CustomErrorResponses[${index}]`;
    checkProperties(where, config, { supported: PROPERTIES }, faults);
    const code = readNumber(`${where}.ErrorCode`, config.ErrorCode, faults);
    if (!CONFIGURABLE.has(code))
      faults.add(`'${where}.ErrorCode' ${code} is not one that CloudFront lets you configure`);
    const ttl = `${where}.ErrorCachingMinTTL`;
    const uri = config.ResponsePagePath || undefined;
    responses.set(code, {
      cachingSeconds: readOptionalNumber(ttl, config.ErrorCachingMinTTL, DEFAULT_ERROR_TTL_SECONDS, faults),
      page:
        uri === undefined
          ? undefined
          : { uri, status: readOptionalNumber(`${where}.ResponseCode`, config.ResponseCode, code, faults) },
    });
  });
  return responses;
}

export function errorCachingSeconds(responses: ReadonlyMap<number, ErrorResponse>, status: number): number {
  return responses.get(status)?.cachingSeconds ?? DEFAULT_ERROR_TTL_SECONDS;
}
