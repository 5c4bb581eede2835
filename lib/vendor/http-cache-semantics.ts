export { default as CachePolicy } from 'http-cache-semantics';
