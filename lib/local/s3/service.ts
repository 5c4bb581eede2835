import { ApiError } from '../aws-api/api-error.ts';
import type { ApiRequest, ApiResponse, ApiService, PreparedCall } from '../aws-api/api-service.ts';
import { type ActionName, actionNameOf } from './action-name.ts';
import type { Action } from './actions/action.ts';
import { createBucket, deleteBucket, headBucket, listBuckets } from './actions/buckets.ts';
import { copyObject } from './actions/copy-object.ts';
import { deleteObject, deleteObjects } from './actions/delete-object.ts';
import { listObjects } from './actions/list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './actions/multipart.ts';
import { getObjectAttributes, getObjectTagging } from './actions/object-attributes.ts';
import { putObject } from './actions/put-object.ts';
import { getObject, headObject } from './actions/read-object.ts';
import { refusal } from './errors.ts';
import { listingNeedOf, needsOf } from './needs.ts';
import type { ObjectStore } from './store/object-store.ts';
import { Uploads } from './store/uploads.ts';
import { targetOf } from './target.ts';

const ACTIONS: Readonly<Record<ActionName, Action>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetObject: getObject,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListObjectsV2: listObjects,
  PutObject: putObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
};

/** S3, with the bucket in the path, as SDKs ask a host that is an IP address. */
export class S3Service implements ApiService {
  readonly #store: ObjectStore;
  readonly #uploads = new Uploads();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** What is for no other service: S3's requests have no mark of their own. */
  takes(): boolean {
    return true;
  }

  prepare(request: ApiRequest): PreparedCall {
    const target = targetOf(request.url);
    const action = actionNameOf(request.method, target, request.headers);
    if (action === undefined) {
      const message = `the local S3 does not implement ${request.method} ${request.url}`;
      throw new ApiError('NotImplemented', message, 501);
    }
    const context = { request, target, store: this.#store, uploads: this.#uploads };
    return {
      service: 's3',
      action,
      resource: target.key === '' ? target.bucket : target.key,
      needs: needsOf(action, target, request.headers),
      needToKnow: listingNeedOf(target),
      perform: () => ACTIONS[action](context),
    };
  }

  refuse(error: ApiError, { method, url }: ApiRequest): ApiResponse {
    return refusal(error, method, url);
  }
}
