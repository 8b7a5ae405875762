import { expect, it } from 'vitest';
import { createLogger } from './log.ts';

function capture(logFormat: 'auto' | 'json' | 'text', isTTY = false) {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line), isTTY };
  return { log: createLogger({ logLevel: 'info', logFormat }, 'gateway', sink), lines };
}

it('writes JSON lines with the service', () => {
  const { log, lines } = capture('json');
  log.info({ jobId: 'ftjob-a' }, 'hello');
  log.debug('not at this level');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    service: 'gateway',
    jobId: 'ftjob-a',
    msg: 'hello',
  });
});

it.each(['json', 'text'] as const)('never writes keys in %s', (format) => {
  const { log, lines } = capture(format);
  const secret = 'sk-lathe-very-secret';
  log.info({ apiKey: secret, headers: { authorization: `Bearer ${secret}` } }, 'a');
  log.info({ request: { headers: { authorization: secret } }, config: { apiKey: secret } }, 'b');
  log.info({ authorization: secret, env: { LATHE_API_KEY: secret } }, 'c');
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain(secret);
});

it('writes one readable line on a terminal, and JSON elsewhere', () => {
  const terminal = capture('auto', true);
  terminal.log.warn({ step: 3, note: 'two words' }, 'slow');
  expect(terminal.lines[0]).toMatch(
    /^\d\d:\d\d:\d\d .*warn .* gateway {3}slow step=3 note="two words"\n$/,
  );
  const piped = capture('auto');
  piped.log.warn('slow');
  expect(piped.lines[0]).toMatch(/^\{/);
});

it('shows the trace of an error in text', () => {
  const { log, lines } = capture('text');
  log.error({ err: new Error('broken') }, 'failed');
  expect(lines[0]).toContain('error gateway   failed\n  Error: broken\n    at ');
});
