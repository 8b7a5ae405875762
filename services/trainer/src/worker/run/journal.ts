/** One thing that happened in a run, with its place in the run's order (from 1, without gaps). */
type JournalEntry<T> = { readonly sequence: number; readonly content: T };

/** What happened in a run, kept in memory so that a broken stream can be resumed. */
export type Journal<T> = {
  /** Sequence of the newest entry; 0 when there is none. */
  readonly sequence: number;
  /** How many readers follow now. */
  readonly readers: number;
  /** Adds an entry. Throws when the journal was ended. */
  add(content: T): void;
  /** No entry will follow: readers end after the newest. */
  end(): void;
  /**
   * The entries after a sequence, then each new one, until the end or until the signal aborts. A
   * reader that asks for entries which are no longer kept gets the oldest that are.
   */
  read(after: number, signal: AbortSignal): AsyncGenerator<JournalEntry<T>>;
};

/** A journal that keeps the newest `capacity` entries. `onReaders` is told whenever the number of readers changes. */
export function createJournal<T>(capacity: number, onReaders: () => void = () => {}): Journal<T> {
  const kept: JournalEntry<T>[] = [];
  let sequence = 0;
  let ended = false;
  let readers = 0;
  let news = Promise.withResolvers<void>();

  const wake = (): void => {
    const woken = news;
    news = Promise.withResolvers<void>();
    woken.resolve();
  };

  async function* follow(after: number, signal: AbortSignal): AsyncGenerator<JournalEntry<T>> {
    let seen = after;
    const stopped = Promise.withResolvers<void>();
    const stop = (): void => stopped.resolve();
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!signal.aborted) {
        const changed = news.promise;
        const oldest = kept[0]?.sequence ?? sequence + 1;
        const next = kept[Math.max(seen + 1, oldest) - oldest];
        if (next !== undefined) {
          seen = next.sequence;
          yield next;
        } else if (ended) return;
        else await Promise.race([changed, stopped.promise]);
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  return {
    get sequence() {
      return sequence;
    },
    get readers() {
      return readers;
    },
    add(content) {
      if (ended) throw new Error('nothing can be added to a journal that was ended');
      sequence++;
      kept.push({ sequence, content });
      if (kept.length > capacity) kept.splice(0, kept.length - capacity);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *read(after, signal) {
      readers++;
      onReaders();
      try {
        yield* follow(after, signal);
      } finally {
        readers--;
        onReaders();
      }
    },
  };
}
