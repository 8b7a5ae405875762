/** Longest time in milliseconds that work keeps the thread, which other services may share. */
const turnMs = 15;

/**
 * A function to await between small pieces of work: it lets timers, requests and messages in when the
 * last time is long enough ago, and costs next to nothing otherwise.
 * @example const breathe = createBreather(); // await breathe() in every round
 */
export function createBreather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < turnMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}
