import type { Versions } from './site.ts';

/** The CDN of the CMS gives everywhere what was saved so many seconds ago. */
export const SETTLE_SECONDS = 20;

/** Calls `arrive` when the CDN of the CMS has what was saved now. */
export type Deliver = (arrive: () => void) => void;

/** A CMS, each of whose contents has a version that every edit raises, and its CDN, which may be behind. */
export class Cms {
  readonly #deliver: Deliver;
  readonly #saved: number[];
  readonly #delivered: number[];

  constructor(contents: number, deliver: Deliver) {
    this.#deliver = deliver;
    this.#saved = Array.from({ length: contents }, () => 1);
    this.#delivered = [...this.#saved];
  }

  /** The version that it makes. */
  edit(content: number): number {
    const version = (this.#saved[content] ?? 0) + 1;
    this.#saved[content] = version;
    this.#deliver(() => {
      // One edit may overtake another on its way.
      this.#delivered[content] = Math.max(version, this.#delivered[content] ?? 0);
    });
    return version;
  }

  /** What its CDN gives everywhere by now. Some of its locations may give newer ones. */
  deliveredOf(contents: readonly number[]): Versions {
    return contents.map((content) => this.#delivered[content] ?? 0);
  }

  savedOf(contents: readonly number[]): Versions {
    return contents.map((content) => this.#saved[content] ?? 0);
  }
}
