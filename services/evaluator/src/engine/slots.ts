/** So many places; who comes when all are taken waits, first come first served. */
export type Slots = {
  /** Takes a place; the returned function gives it back. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
};

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();
  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) free++;
    else {
      waiting.delete(next);
      next();
    }
  };
  return {
    take(signal) {
      signal.throwIfAborted();
      let isHeld = true;
      const release = (): void => {
        if (isHeld) giveBack();
        isHeld = false;
      };
      if (free > 0) {
        free--;
        return Promise.resolve(release);
      }
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          waiting.delete(onTurn);
          reject(signal.reason);
        };
        const onTurn = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve(release);
        };
        waiting.add(onTurn);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
