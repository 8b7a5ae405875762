import { z } from 'zod';

const lineSchema = z.looseObject({
  level: z.string(),
  time: z.string(),
  service: z.string().optional(),
  msg: z.string().optional(),
  err: z.looseObject({ message: z.string().optional(), stack: z.string().optional() }).optional(),
});

const colours: Record<string, string> = {
  fatal: '\u001b[31m',
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[36m',
};
const reset = '\u001b[0m';

/** A pino JSON line as one readable line: `12:00:00 info  gateway  message  key=value`. */
export function formatLine(json: string, colour: boolean): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return json;
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) return json;
  const { level, time, service = '', msg = '', err, ...fields } = parsed.data;
  const tint = colour ? (colours[level] ?? '') : '';
  const rest = Object.entries(fields).map(([key, field]) => ` ${key}=${inline(field)}`);
  const trace = err === undefined ? '' : `\n  ${err.stack ?? err.message ?? ''}`;
  const label = `${tint}${level.padEnd(5)}${tint === '' ? '' : reset}`;
  return `${time.slice(11, 19)} ${label} ${service.padEnd(9)} ${msg}${rest.join('')}${trace}\n`;
}

function inline(field: unknown): string {
  if (typeof field === 'string') return /[\s"=]/.test(field) ? JSON.stringify(field) : field;
  return JSON.stringify(field) ?? 'undefined';
}
