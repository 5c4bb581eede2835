import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRevalidation } from '../../lib/core/revalidation-request.ts';
import type { RawResponse } from '../support/http.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, 'openapi');

const schemaAt = (pointer: string) => {
  const validate = ajv.compile({ $ref: `openapi#${pointer}` });
  return (value: unknown): string => (validate(value) ? 'valid' : ajv.errorsText(validate.errors));
};
const request = schemaAt('/components/schemas/Revalidation');

let site: TestStack;
beforeAll(async () => {
  site = await startTestStack();
});
afterAll(() => site?.stop());

/** Says whether a response is one that the document describes for the operation. */
function described(path: '/' | '/webhooks/{name}', response: RawResponse): string {
  const pointer = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/post/responses/${response.status}/content/application~1json/schema`;
  return schemaAt(encodeURI(pointer).replaceAll('{', '%7B').replaceAll('}', '%7D'))(JSON.parse(response.body));
}

describe('the OpenAPI description', () => {
  test.each<[string, () => Promise<RawResponse>, number]>([
    [
      'everything at once',
      () =>
        site.revalidate({
          paths: ['/isr', '/about', '/nope', '/api/revalidate'],
          tags: ['x'],
          prefixes: ['/blog/'],
          all: true,
        }),
      200,
    ],
    [
      'a purge that is queued',
      async () => {
        const responses = await Promise.all(Array.from({ length: 8 }, () => site.revalidate({ tags: ['y'] })));
        return responses.find(({ status }) => status === 202) ?? { status: 0, headers: {}, body: '{}' };
      },
      202,
    ],
    ['a bad path', () => site.revalidate({ paths: ['//evil'] }), 400],
    ['no token', () => site.revalidate({ tags: ['x'] }, { token: null }), 401],
    ['a long body', () => site.revalidate({ tags: ['x'.repeat(300_000)] }), 413],
    [
      'a render that fails',
      async () => {
        site.contentApi.fail();
        const response = await site.revalidate({ paths: [`/blog/${site.contentApi.slugs[0]}`] });
        site.contentApi.fail(false);
        return response;
      },
      502,
    ],
  ])('describes the response to %s', async (_name, send, status) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(described('/', response)).toBe('valid');
  });

  test('describes the response to an unknown webhook', async () => {
    const response = await fetch(`${site.stack.functionUrl('revalidate')}webhooks/none`, {
      method: 'POST',
      body: '{}',
    });
    const { status } = response;
    expect(status).toBe(404);
    expect(described('/webhooks/{name}', { status, headers: {}, body: await response.text() })).toBe('valid');
  });

  test('takes no response that is not described', () => {
    expect(described('/', { status: 200, headers: {}, body: '{"ok":true}' })).not.toBe('valid');
  });

  test('and the handler agree on what a request is', () => {
    const path = fc.oneof(fc.constantFrom('/', '/a', '/blog/a?page=2', '/é'), fc.constantFrom('a', '//a', ''));
    const prefix = fc.constantFrom('/', '/a/', '/a/b/', '/a', 'a/', '//');
    const items = <T>(item: fc.Arbitrary<T>) =>
      fc.oneof(
        { weight: 5, arbitrary: fc.array(item, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constantFrom('text', 7, null) },
      );
    const body = fc.record(
      {
        paths: items(path),
        tags: items(fc.constantFrom('x', 'ü', '')),
        prefixes: items(prefix),
        all: fc.constantFrom(true, false, 'yes'),
        other: fc.constant(1),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (value) => {
        const isTaken = (() => {
          try {
            parseRevalidation(value, { allowQuery: ['page'] });
            return true;
          } catch {
            return false;
          }
        })();
        expect([request(value) === 'valid', value]).toEqual([isTaken, value]);
      }),
      { numRuns: 500 },
    );
  });
});
