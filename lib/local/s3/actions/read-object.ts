import { ApiError } from '../../aws-api/api-error.ts';
import type { ApiResponse } from '../../aws-api/api-service.ts';
import { invalidArgument, noSuchKey, preconditionFailed } from '../errors.ts';
import { notModifiedHeaders } from '../metadata/object-headers.ts';
import { conditionsOf, judgeRead } from '../preconditions.ts';
import { type ByteRange, rangeOf } from '../range.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { type Action, type ActionContext, bucketOf } from './action.ts';

export const getObject: Action = (context) => {
  const object = existing(context);
  const refused = judge(context, object);
  if (refused !== undefined) return refused;
  const selection = select(context, object);
  const { start, end } = selection.range;
  const body = start === end ? undefined : object.body.read(start, end);
  return { ...describe(context, object, selection), body };
};

export const headObject: Action = (context) => {
  const object = existing(context);
  return judge(context, object) ?? describe(context, object, select(context, object));
};

/** The object that the request is about. Throws ApiError when there is none. */
export function existing(context: ActionContext): StoredObject {
  const object = bucketOf(context).get(context.target.key);
  if (object === undefined) throw noSuchKey();
  return object;
}

function judge({ request }: ActionContext, object: StoredObject): ApiResponse | undefined {
  switch (judgeRead(conditionsOf(request.headers), object)) {
    case 'read':
      return undefined;
    case 'not-modified':
      return { status: 304, headers: notModifiedHeaders(object) };
    case 'precondition-failed':
      throw preconditionFailed();
  }
}

interface Selection {
  readonly range: ByteRange;
  readonly isPart: boolean;
  /** More headers of the response. */
  readonly headers: readonly string[];
}

function select(context: ActionContext, object: StoredObject): Selection {
  const number = context.target.query.get('partNumber');
  if (number !== undefined) return selectPart(Number(number), object);
  const range = rangeOf(context.request.headers.range, object.size);
  if (range === 'unsatisfiable') {
    const headers = ['content-range', `bytes */${object.size}`];
    throw new ApiError('InvalidRange', 'The requested range is not satisfiable', 416, headers);
  }
  if (range === 'whole') return { range: { start: 0, end: object.size }, isPart: false, headers: [] };
  return { range, isPart: true, headers: contentRange(range, object) };
}

/** One part of an object that was uploaded in parts; any other object is its own first part. */
function selectPart(number: number, object: StoredObject): Selection {
  const sizes = object.partSizes ?? [object.size];
  const size = sizes[number - 1];
  if (size === undefined) {
    if (!Number.isInteger(number) || number < 1) throw invalidArgument(`partNumber '${number}' is no part's number`);
    throw new ApiError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416);
  }
  const start = sizes.slice(0, number - 1).reduce((sum, bytes) => sum + bytes, 0);
  const range = { start, end: start + size };
  return {
    range,
    isPart: true,
    headers: [...contentRange(range, object), 'x-amz-mp-parts-count', String(sizes.length)],
  };
}

function contentRange({ start, end }: ByteRange, { size }: StoredObject): readonly string[] {
  return ['content-range', `bytes ${start}-${end - 1}/${size}`];
}

function describe(
  { request }: ActionContext,
  object: StoredObject,
  { range, isPart, headers }: Selection,
): ApiResponse {
  const length = ['content-length', String(range.end - range.start)];
  const { checksum } = object;
  const isAskedFor = request.headers['x-amz-checksum-mode'] === 'ENABLED';
  const sum = isAskedFor && checksum !== undefined && !isPart ? [checksum.header, checksum.value] : [];
  return { status: isPart ? 206 : 200, headers: [...object.headers, ...length, ...headers, ...sum] };
}
