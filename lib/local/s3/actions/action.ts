import type { ApiRequest, ApiResponse } from '../../aws-api/api-service.ts';
import type { Bucket } from '../store/bucket.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Uploads } from '../store/uploads.ts';
import type { Target } from '../target.ts';

export interface ActionContext {
  readonly request: ApiRequest;
  readonly target: Target;
  readonly store: ObjectStore;
  readonly uploads: Uploads;
}

/** Has the effect of one call. Throws ApiError to refuse. */
export type Action = (context: ActionContext) => ApiResponse | Promise<ApiResponse>;

/** The bucket that the request is about. Throws ApiError when there is none. */
export function bucketOf({ store, target }: ActionContext): Bucket {
  return store.bucket(target.bucket);
}
