import { expect, it } from 'vitest';
import { createLogger } from '../log.ts';
import { logServerLine } from './server-log.ts';

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
  const lines: string[] = [];
  const sink = { write: (written: string) => void lines.push(written) };
  logServerLine(createLogger({ logLevel: 'trace', logFormat: 'json' }, 'test', sink), line);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, line: text, msg: 'nats-server' });
});
