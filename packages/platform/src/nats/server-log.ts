import type { Logger } from '../log.ts';

/** What nats-server calls its levels, and what we do. */
const levels = {
  FTL: 'error',
  ERR: 'error',
  WRN: 'warn',
  INF: 'debug',
  DBG: 'trace',
  TRC: 'trace',
} as const;

/** Puts a line of nats-server into our log, with its own level: what worries the server is worth reading. */
export function logServerLine(log: Logger, line: string): void {
  const [, level = 'INF', text = line] = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] ?(.*)$/.exec(line) ?? [];
  log[levels[level as keyof typeof levels] ?? 'warn']({ line: text }, 'nats-server');
}
