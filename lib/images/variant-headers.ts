/** What is kept with a variant, as the metadata of its object. Viewers get neither. */
export const VARIANT_EXPIRES_HEADER = 'x-amz-meta-expires-at';
export const VARIANT_SOURCE_ETAG_HEADER = 'x-amz-meta-source-etag';
