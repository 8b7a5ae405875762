const dayMs = 86_400_000;

/** Dates and points in time as ISO 8601 has them, with all their digits; those of years that it lacks are the number in the file, as text. */
export const dateParsers = {
  dateFromDays: (days: number): string => isoOf(days * dayMs)?.replace(/T.*$/, '') ?? String(days),
  timestampFromMilliseconds: (time: bigint): string => timeOf(time, 0),
  timestampFromMicroseconds: (time: bigint): string => timeOf(time, 3),
  timestampFromNanoseconds: (time: bigint): string => timeOf(time, 6),
};

/** A point in time with so many digits behind its milliseconds. */
function timeOf(said: bigint, digits: number): string {
  // Of a column that lies it may be a number.
  const time = BigInt(said);
  const parts = 10n ** BigInt(digits);
  const rest = ((time % parts) + parts) % parts;
  const text = isoOf(Number((time - rest) / parts));
  if (text === undefined) return String(time);
  const further = String(rest)
    .padStart(digits, '0')
    .replace(/(?:000)+$/, '');
  return text.replace('Z', `${rest === 0n ? '' : further}Z`);
}

function isoOf(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
