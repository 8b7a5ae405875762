import { z } from 'zod';

const byteUnits: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};
const timeUnits: Record<string, number> = {
  '': 1,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function quantity(units: Record<string, number>, example: string) {
  return z.string().transform((text, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
    const unit = units[(match?.[2] ?? '?').toLowerCase()];
    if (match === null || unit === undefined) {
      context.addIssue({ code: 'custom', message: `is "${text}", but must be like ${example}` });
      return z.NEVER;
    }
    return Math.round(Number(match[1]) * unit);
  });
}

/** A size in bytes, written as `1048576`, `512MB` (decimal) or `64MiB` (binary). */
export function byteSize(fallback: string) {
  return quantity(byteUnits, '512MB or 64MiB').prefault(fallback);
}

/** A time in milliseconds, written as `1500`, `500ms`, `30s`, `5m`, `1h` or `30d`. */
export function duration(fallback: string) {
  return quantity(timeUnits, '500ms, 30s or 5m').prefault(fallback);
}

/** A whole number of at least `least`. */
export function wholeNumber(least: number, fallback: number, most = Number.MAX_SAFE_INTEGER) {
  return z
    .string()
    .transform((text, context) => {
      const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
      if (!(value >= least && value <= most)) {
        const range =
          most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
        context.addIssue({
          code: 'custom',
          message: `is "${text}", but must be a whole number ${range}`,
        });
        return z.NEVER;
      }
      return value;
    })
    .prefault(String(fallback));
}
