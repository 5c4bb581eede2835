// The one string that names a page. This file is also bundled into the CloudFront function, whose runtime
// (cloudfront-js-2.0) has no destructuring, spread, for-of, default parameters, optional chaining or URL class:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html

/**
 * `/blog/a/index.html`, `/rss.xml`, `/search/!(page)(2)/index.html`: decoded, absolute, canonical. The S3 key is
 * `deployments/<id>` + the page key, so S3 alone can serve it.
 */
export type PageKey = string & { readonly __brand: 'PageKey' };
