import type { ReadableText } from '../../lib/basics/text-pattern.ts';

/** A text that counts how often it is read. */
export class CountingText implements ReadableText {
  readonly #text: string;
  readings = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get length(): number {
    return this.#text.length;
  }

  charAt(at: number): string {
    this.readings += 1;
    return this.#text.charAt(at);
  }

  startsWith(part: string, at?: number): boolean {
    this.readings += part.length;
    return this.#text.startsWith(part, at);
  }

  slice(begin?: number, end?: number): string {
    this.readings += 1;
    return this.#text.slice(begin, end);
  }
}
