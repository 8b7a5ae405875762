/** Milliseconds of a UTC day. */
export const dayMs = 24 * 3_600_000;

/** The UTC day of a time in milliseconds since 1970: `2026-11-29`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
