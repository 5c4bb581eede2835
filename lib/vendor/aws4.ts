export { default as aws4 } from 'aws4';
