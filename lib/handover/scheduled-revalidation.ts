/** What a schedule gives to the revalidate function: the body of a request to the API, without a token. */
export interface ScheduledRevalidation {
  readonly scheduledRevalidation: unknown;
}

/**
 * Whether an event is from a schedule. Who calls the function's URL decides on what is in the event's members, but not on
 * the members: Lambda writes those, `requestContext` always among them. So only who may `lambda:InvokeFunction` can make
 * such an event. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
export function isScheduled(event: object): event is ScheduledRevalidation {
  return 'scheduledRevalidation' in event && !('requestContext' in event);
}
