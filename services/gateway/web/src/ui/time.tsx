import { useEffect, useState } from 'preact/hooks';
import { useTimeStyle } from './time-style.ts';
import { exactTimeText, timeText } from './time-text.ts';

/** A time of the API (Unix seconds) in the reader's own zone: by how long ago with the exact one on hover, or exact where that is chosen. */
export function Time({ at }: { readonly at: number }) {
  const now = useNow(30_000);
  const exact = exactTimeText(at);
  const isExact = useTimeStyle() === 'exact';
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={exact}>
      {isExact ? exact : timeText(at, now / 1000)}
    </time>
  );
}

/** The time in milliseconds, anew every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
