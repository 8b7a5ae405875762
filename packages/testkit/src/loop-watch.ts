/** What `watchLoop` has seen. */
export type LoopWatch = {
  /** The most CPU time in milliseconds that this thread has spent without letting its event loop turn. */
  longest(): number;
  stop(): void;
};

/**
 * Watches the event loop of this thread. It counts the thread's own CPU time and not the clock, so that it says the
 * same however busy the machine is with other things.
 * @example watchLoop().longest() < 50;
 */
export function watchLoop(): LoopWatch {
  let longest = 0;
  let last = cpuMs();
  const look = (): void => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return {
    longest() {
      look();
      return longest;
    },
    stop: () => clearInterval(timer),
  };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
