import type { Logger } from '../log/log.ts';

/** What nats-server calls its levels, and what we do. */
const levels = {
  FTL: 'error',
  ERR: 'error',
  WRN: 'warn',
  INF: 'debug',
  DBG: 'trace',
  TRC: 'trace',
} as const;

/** For so long a line that was logged is not worth reading again, and so many lines are remembered. */
const repeatMs = 60_000;
const remembered = 100;

/**
 * Puts lines of nats-server into our log, each with its own level: what worries the server is worth reading. One that
 * says the same again and again, as on a full disk, is logged once a minute.
 * @example serverLog(log)('[1] 2026/11/28 11:00:00.000000 [INF] Server is ready');
 */
export function serverLog(log: Logger, now: () => number = Date.now): (line: string) => void {
  const said = new Map<string, number>();
  return (line) => {
    const [, code = 'INF', text = line] = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] ?(.*)$/.exec(line) ?? [];
    const level = levels[code as keyof typeof levels] ?? 'warn';
    const isRepeated = now() - (said.get(text) ?? Number.NEGATIVE_INFINITY) < repeatMs;
    if (!isRepeated && (level === 'warn' || level === 'error')) {
      if (said.size >= remembered) said.clear();
      said.set(text, now());
    }
    log[isRepeated ? 'debug' : level]({ line: text }, 'nats-server');
  };
}
