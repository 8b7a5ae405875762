import { durationText } from './numbers.ts';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
/** Seconds that count as now, either way. */
const nearSeconds = 45;

/**
 * A time of the API in words, both in Unix seconds: how long ago or how soon within a day, else the time.
 * @example timeText(1000, 1300); // "5 min ago"
 * @example timeText(1300, 1000); // "in 5 min"
 */
export function timeText(at: number, now: number): string {
  const ago = now - at;
  if (Math.abs(ago) < nearSeconds) return ago < 0 ? 'now' : 'just now';
  if (Math.abs(ago) >= 86_400) return short.format(new Date(at * 1000));
  return ago < 0 ? `in ${durationText(-ago)}` : `${durationText(ago)} ago`;
}

/** A time of the API (Unix seconds) to the second, in the reader's own zone, which it names. */
export function exactTimeText(at: number): string {
  return exact.format(new Date(at * 1000));
}
