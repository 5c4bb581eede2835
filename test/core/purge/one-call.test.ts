import { describe, expect, test } from 'vitest';
import { itemsOfOneCall } from '../../../lib/core/purge/one-call.ts';

const tags = (count: number): string[] => Array.from({ length: count }, (_, i) => `#tag:${i}`);
const wildcards = (count: number): string[] => Array.from({ length: count }, (_, i) => `/${i}/*`);

describe('what one call carries', () => {
  test('is what was asked for, each once', () => {
    expect(itemsOfOneCall(['#tag:a', '/b/*', '#tag:a'])).toEqual(['#tag:a', '/b/*']);
    expect(itemsOfOneCall([...tags(1486), ...wildcards(14)])).toHaveLength(1500);
  });

  test('is every copy rather than more items than CloudFront takes while another call is in progress', () => {
    expect(itemsOfOneCall(tags(1501))).toEqual(['/*']);
  });

  test('is every copy rather than more wildcards than CloudFront takes at a time', () => {
    expect(itemsOfOneCall([...tags(3), ...wildcards(15)])).toEqual(['/*']);
  });

  test('names nothing beside every copy, for each item is paid for', () => {
    expect(itemsOfOneCall(['#tag:a', '/*', '/b/*'])).toEqual(['/*']);
  });

  test('takes an asterisk at the end of a tag for a part of its name', () => {
    expect(itemsOfOneCall(Array.from({ length: 20 }, (_, i) => `#tag:${i}*`))).toHaveLength(20);
  });
});
