/** How often it is looked whose child this process is. */
const lookMs = 500;

/**
 * Calls back once when the process that started this one is gone: it becomes another one's child then. For parents that
 * hold no channel to us, such as npm.
 */
export function onParentGone(act: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, lookMs);
  timer.unref();
}
