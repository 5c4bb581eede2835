/**
 * What function URLs and S3 add, which no viewer needs. CloudFront keeps `x-amzn-requestid`, of function URLs, from functions,
 * so it is left alone here too.
 */
export const HEADERS_OF_AWS = [
  'x-amzn-trace-id',
  'x-amz-request-id',
  'x-amz-id-2',
  'x-amz-server-side-encryption',
  'x-amz-version-id',
];
