interface Task {
  readonly at: number;
  readonly order: number;
  act: (() => void) | undefined;
}

const START = Date.parse('2026-11-22T12:00:00Z');

/**
 * All time and all waiting of a simulation. One task is done at a time, the earliest; then everything that can go on
 * without time passing does so.
 */
export class Scheduler {
  /** Epoch milliseconds. */
  now = START;
  /** Tasks done. */
  steps = 0;
  #heap: Task[] = [];
  #count = 0;

  /** Answers how to call it off. */
  after(milliseconds: number, act: () => void): () => void {
    const task: Task = { at: this.now + milliseconds, order: this.#count++, act };
    this.#push(task);
    return () => {
      task.act = undefined;
    };
  }

  /** Until nothing is left to do, or `isDone`. */
  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const task = this.#pop();
      if (task === undefined) return;
      if (task.act === undefined) continue;
      this.now = Math.max(this.now, task.at);
      this.steps++;
      task.act();
      await settled();
    }
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(task);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Task;
      if (!isEarlier(task, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isEarlier(right, left)) child++;
      const smaller = heap[child] as Task;
      if (!isEarlier(smaller, last)) break;
      heap[i] = smaller;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isEarlier(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** An immediate runs after all promises that can go on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
