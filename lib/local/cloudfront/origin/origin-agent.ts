import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { StackClock, Timer } from '../../clock.ts';
import type { Origin } from '../configuration/origins.ts';

/** Where a server says how long it keeps an idle connection, the edge ends it this much earlier. */
const MARGIN_MS = 1000;

/** Keeps connections to one origin. The edge ends those that are idle for too long: it, and not the origin. */
export class OriginAgent extends http.Agent {
  readonly #clock: StackClock;
  readonly #keepaliveMs: number;
  readonly #keptByOriginMs = new WeakMap<Duplex, number>();
  readonly #idleTimers = new WeakMap<Duplex, Timer>();

  constructor(clock: StackClock, keepaliveMs: number) {
    super({ keepAlive: true });
    this.#clock = clock;
    this.#keepaliveMs = keepaliveMs;
  }

  /** Notes what the origin said of its side of the connection: `Keep-Alive: timeout=5`. */
  noteKeepAlive(socket: Duplex, header: string | undefined): void {
    const seconds = /(?:^|,)\s*timeout=(\d+)/i.exec(header ?? '')?.[1];
    if (seconds !== undefined) this.#keptByOriginMs.set(socket, Number(seconds) * 1000 - MARGIN_MS);
  }

  /** Node ends the connection when this answers false: https://nodejs.org/api/http.html#agentkeepsocketalivesocket */
  override keepSocketAlive(socket: Duplex): boolean {
    const idleMs = Math.min(this.#keepaliveMs, this.#keptByOriginMs.get(socket) ?? Number.POSITIVE_INFINITY);
    const isKept: unknown = idleMs > 0 && super.keepSocketAlive(socket);
    if (isKept === false) return false;
    this.#idleTimers.set(
      socket,
      this.#clock.after(idleMs, () => socket.destroy()),
    );
    return true;
  }

  override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
    this.#idleTimers.get(socket)?.cancel();
    super.reuseSocket(socket, request);
  }
}

/** The connections of one edge location to the origins. */
export class OriginConnections {
  readonly clock: StackClock;
  readonly #agents = new Map<string, OriginAgent>();

  constructor(clock: StackClock) {
    this.clock = clock;
  }

  agentFor({ id, keepaliveMs }: Origin): OriginAgent {
    const agent = this.#agents.get(id) ?? new OriginAgent(this.clock, keepaliveMs);
    this.#agents.set(id, agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }
}
