import { describe, expect, test } from 'vitest';
import { contentTypeOf, withCharset } from '../../lib/build/content-type.ts';

describe('the content type of a file', () => {
  test.each([
    ['/index.html', 'text/html; charset=utf-8'],
    ['/_astro/main.3f2a.css', 'text/css; charset=utf-8'],
    ['/_astro/app.js', 'text/javascript; charset=utf-8'],
    ['/_astro/app.mjs', 'text/javascript; charset=utf-8'],
    ['/robots.txt', 'text/plain; charset=utf-8'],
    ['/subtitles.vtt', 'text/vtt; charset=utf-8'],
    ['/data.json', 'application/json'],
    ['/site.webmanifest', 'application/manifest+json'],
    ['/feed.xml', 'application/xml'],
    ['/favicon.ico', 'image/vnd.microsoft.icon'],
    ['/logo.SVG', 'image/svg+xml'],
    ['/photo.avif', 'image/avif'],
    ['/scan.tiff', 'image/tiff'],
    ['/scan.bmp', 'image/bmp'],
    ['/sound.wav', 'audio/wav'],
    ['/font.woff2', 'font/woff2'],
    ['/stream.m3u8', 'application/vnd.apple.mpegurl'],
    ['/.well-known/apple-app-site-association', 'application/json'],
    ['/.well-known/security', 'application/octet-stream'],
    ['/a.unknown-extension', 'application/octet-stream'],
    ['/js', 'application/octet-stream'],
    ['/.js', 'application/octet-stream'],
    ['/a.constructor', 'application/octet-stream'],
    ['/constructor', 'application/octet-stream'],
    ['/a.__proto__', 'application/octet-stream'],
    ['/folder.css/file', 'application/octet-stream'],
  ])('%s is %s', (path, type) => {
    expect(contentTypeOf(path)).toBe(type);
  });

  test('is what was given for its path, or else for its extension', () => {
    const given = { '.json': 'application/x-json', '/a.json': 'text/plain' };
    expect(contentTypeOf('/a.json', given)).toBe('text/plain; charset=utf-8');
    expect(contentTypeOf('/b.JSON', given)).toBe('application/x-json');
  });
});

test.each([
  ['text/html', 'text/html; charset=utf-8'],
  ['text/html; charset=iso-8859-1', 'text/html; charset=iso-8859-1'],
  ['text/html;charset="utf-8"', 'text/html;charset="utf-8"'],
  ['TEXT/HTML', 'TEXT/HTML; charset=utf-8'],
  ['image/png', 'image/png'],
])('%s with its charset is %s', (type, complete) => {
  expect(withCharset(type)).toBe(complete);
});
