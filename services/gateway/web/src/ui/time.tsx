import { useEffect, useState } from 'preact/hooks';
import { durationText } from './numbers.ts';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A time of the API (Unix seconds) in the reader's own zone: how long ago where that is recent, and exact on hover. */
export function Time({ at }: { readonly at: number }) {
  const now = useNow(30_000);
  const date = new Date(at * 1000);
  const ago = now / 1000 - at;
  const text =
    ago < 45 ? 'just now' : ago < 86_400 ? `${durationText(ago)} ago` : short.format(date);
  return (
    <time dateTime={date.toISOString()} title={exact.format(date)}>
      {text}
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
