import type { EdgeFunction } from '../../lambdas/edge/run-edge-function.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';
import {
  type Copy,
  isPurgedBy,
  type Lifetimes,
  lifetimesOf,
  type OriginAnswer,
  type Purge,
  tagsIn,
} from './edge-cache.ts';

/** A request as the viewer-request function left it. */
export interface OriginRequest {
  /** `/deployments/<id><key>` */
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ifNoneMatch: string | undefined;
}

/** Of both origins: `304` says that the copy with that entity tag is still right. */
export type AskOrigins = (request: OriginRequest, done: (answer: OriginAnswer) => void) => void;

export interface EdgeAnswer {
  readonly answer: OriginAnswer;
  /** The copy that it is made of; `undefined` when it was not kept. */
  readonly copy: Copy | undefined;
}

interface Fetch {
  readonly waiting: ((result: EdgeAnswer) => void)[];
  /** What took effect meanwhile. */
  readonly purges: Purge[];
}

export const LOCATIONS = ['A', 'B'];

/** One place of CloudFront: its cache and its version of the edge function. */
export class EdgeLocation {
  readonly name: string;
  pageRequest: EdgeFunction;
  readonly copies = new Map<string, Copy>();
  readonly #fetches = new Map<string, Fetch>();
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #askOrigins: AskOrigins;
  readonly #tagHeader: string;

  constructor(
    name: string,
    options: {
      readonly pageRequest: EdgeFunction;
      readonly scheduler: Scheduler;
      readonly random: Random;
      readonly weather: Weather;
      readonly askOrigins: AskOrigins;
      readonly tagHeader: string;
    },
  ) {
    this.name = name;
    this.pageRequest = options.pageRequest;
    this.#scheduler = options.scheduler;
    this.#random = options.random;
    this.#weather = options.weather;
    this.#askOrigins = options.askOrigins;
    this.#tagHeader = options.tagHeader;
  }

  request(uri: string, headers: Readonly<Record<string, string>>, done: (result: EdgeAnswer) => void): void {
    const cacheKey = `${uri} ${headers['x-prerender-revalidate'] ?? ''} ${headers['x-isr-draft'] ?? ''}`;
    const copy = this.copies.get(cacheKey);
    const { now } = this.#scheduler;
    if (copy === undefined || now >= copy.staleWhileRevalidateUntil) {
      this.#fetch(uri, headers, cacheKey, done);
      return;
    }
    done({ answer: copy, copy });
    if (now >= copy.freshUntil) this.#fetch(uri, headers, cacheKey, () => undefined);
  }

  /** An invalidation takes effect here. */
  purge(items: readonly string[]): void {
    for (const [key, copy] of this.copies) {
      if (items.some((item) => isPurgedBy(item, key, copy.tags))) this.copies.delete(key);
    }
    for (const fetch of this.#fetches.values()) fetch.purges.push({ items, at: this.#scheduler.now });
  }

  /** Requests for one thing are one request to the origin. */
  #fetch(
    uri: string,
    headers: Readonly<Record<string, string>>,
    cacheKey: string,
    done: (result: EdgeAnswer) => void,
  ): void {
    const running = this.#fetches.get(cacheKey);
    if (running !== undefined) {
      running.waiting.push(done);
      return;
    }
    const fetch: Fetch = { waiting: [], purges: [] };
    this.#fetches.set(cacheKey, fetch);
    const known = this.copies.get(cacheKey);
    this.#askOrigins({ uri, headers, ifNoneMatch: known?.headers.etag }, (answer) => {
      this.#fetches.delete(cacheKey);
      const result = this.#receive(cacheKey, answer, known, fetch.purges);
      done(result);
      for (const waiting of fetch.waiting) {
        // Nobody shares what may not be kept.
        if (result.copy !== undefined) waiting(result);
        else this.#fetch(uri, headers, cacheKey, waiting);
      }
    });
  }

  #receive(cacheKey: string, answer: OriginAnswer, known: Copy | undefined, purges: readonly Purge[]): EdgeAnswer {
    const current = this.copies.get(cacheKey);
    if (answer.status >= 500) {
      const isUsable = current !== undefined && this.#scheduler.now < current.staleIfErrorUntil;
      if (isUsable) return { answer: current, copy: current };
      return { answer, copy: undefined };
    }
    const isUnchanged = answer.status === 304 && known !== undefined;
    const whole = isUnchanged ? this.#confirmed(known, answer) : answer;
    const tags = isUnchanged ? this.#tagsAfter304(known, answer) : tagsIn(answer.headers, this.#tagHeader);
    const lifetimes = lifetimesOf(whole.headers);
    if (lifetimes === undefined) return { answer: whole, copy: undefined };
    return this.#keep(cacheKey, whole, tags, lifetimes, purges);
  }

  #keep(
    cacheKey: string,
    answer: OriginAnswer,
    tags: readonly string[],
    lifetimes: Lifetimes,
    purges: readonly Purge[],
  ): EdgeAnswer {
    const covering = purges.filter(({ items }) => items.some((item) => isPurgedBy(item, cacheKey, tags)));
    if (covering.length > 0 && !(this.#weather.is('answers-in-flight-are-kept') && this.#random.chance(0.8))) {
      return { answer, copy: undefined };
    }
    const isUnderWay = covering.some(({ at }) => at >= answer.sentAt);
    const freshUntil = this.#scheduler.now + lifetimes.fresh * 1000;
    const copy: Copy = {
      ...answer,
      tags,
      overtaken: covering.length === 0 ? undefined : isUnderWay ? 'under way' : 'asked',
      storedAt: this.#scheduler.now,
      freshUntil,
      staleWhileRevalidateUntil: freshUntil + lifetimes.staleWhileRevalidate * 1000,
      staleIfErrorUntil: freshUntil + lifetimes.staleIfError * 1000,
    };
    this.copies.set(cacheKey, copy);
    return { answer, copy };
  }

  #confirmed(known: Copy, answer: OriginAnswer): OriginAnswer {
    const headers = this.#weather.is('headers-stay-on-304') ? known.headers : { ...known.headers, ...answer.headers };
    return {
      status: known.status,
      headers,
      body: known.body,
      source: answer.source,
      shown: known.shown,
      sentAt: answer.sentAt,
    };
  }

  /** What CloudFront does with them is not documented. */
  #tagsAfter304(known: Copy, answer: OriginAnswer): readonly string[] {
    if (this.#weather.is('tags-are-lost-on-304')) return [];
    return this.#weather.is('headers-stay-on-304') ? known.tags : tagsIn(answer.headers, this.#tagHeader);
  }
}
