// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html

export interface EdgeValue {
  value: string;
  multiValue?: { value: string }[];
}

export interface EdgeRequest {
  method: string;
  /** As the viewer sent it: percent-encoded, without the query. */
  uri: string;
  /** Names and values as in the URL. */
  querystring: Record<string, EdgeValue>;
  /** By lower-case name. */
  headers: Record<string, EdgeValue>;
  cookies: Record<string, EdgeValue>;
}

export interface EdgeResponse {
  statusCode: number;
  statusDescription?: string;
  headers: Record<string, EdgeValue>;
  body?: { encoding: 'text'; data: string };
}

export interface EdgeEvent {
  context: { distributionDomainName: string };
  viewer: { ip: string };
  request: EdgeRequest;
  response: EdgeResponse;
}
