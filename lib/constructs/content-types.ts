import { extname } from 'node:path';

/**
 * The type that S3 answers with for a file of the build. BucketDeployment uploads with `aws s3 cp`, which guesses from
 * Python's table; `guessed` is false where that table lacks or misnames the extension (aws/aws-cli#1249).
 */
export interface ContentType {
  readonly value: string;
  readonly guessed: boolean;
}

const GUESSED: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.ico': 'image/vnd.microsoft.icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xml': 'text/xml',
  '.zip': 'application/zip',
};

const NOT_GUESSED: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript',
  '.ogg': 'audio/ogg',
  '.otf': 'font/otf',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

export function contentTypeOf(file: string): ContentType {
  const extension = extname(file).toLowerCase();
  const guessed = GUESSED[extension];
  if (guessed !== undefined) return { value: guessed, guessed: true };
  const known = NOT_GUESSED[extension];
  return known === undefined ? { value: 'binary/octet-stream', guessed: true } : { value: known, guessed: false };
}
