import { expect, it } from 'vitest';
import { createLogger } from '../log/log.ts';
import { serverLog } from './server-log.ts';

function captured() {
  const lines: string[] = [];
  const sink = { write: (written: string) => void lines.push(written) };
  return { lines, log: createLogger({ logLevel: 'trace', logFormat: 'json' }, 'test', sink) };
}

it.each([
  ['[7] 2026/11/28 08:21:50.301054 [INF] Server is ready', 'debug', 'Server is ready'],
  ['[7] 2026/11/28 08:21:50.301054 [WRN] JetStream is slow', 'warn', 'JetStream is slow'],
  [
    '[7] 2026/11/28 08:21:50.301054 [ERR] no space left on device',
    'error',
    'no space left on device',
  ],
  ['[7] 2026/11/28 08:21:50.301054 [FTL] no', 'error', 'no'],
  ['[7] 2026/11/28 08:21:50.301054 [XYZ] new', 'warn', 'new'],
  ['nats-server: error parsing', 'debug', 'nats-server: error parsing'],
])('logs %j as %s', (line, level, text) => {
  const { lines, log } = captured();
  serverLog(log)(line);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, line: text, msg: 'nats-server' });
});

it('says once a minute what the server says again and again', () => {
  const { lines, log } = captured();
  let now = 0;
  const write = serverLog(log, () => now);
  for (const at of [0, 1000, 59_000, 61_000]) {
    now = at;
    write(`[7] 2026/11/28 08:21:5${at} [ERR] no space left on device`);
  }
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error', 'debug', 'debug', 'error']);
});
