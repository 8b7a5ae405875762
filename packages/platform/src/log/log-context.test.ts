import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLogger } from './log.ts';
import { inLogContext, logContext, outsideLogContext } from './log-context.ts';

it('puts the ids of the request and the job into every line that they cause', async () => {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ logLevel: 'info', logFormat: 'json' }, 'gateway', sink);
  const deep = async (name: string): Promise<void> => {
    await setImmediate();
    log.info(name);
  };
  await inLogContext({ requestId: 'req-a' }, async () => {
    const other = inLogContext({ requestId: 'req-b' }, () => deep('b'));
    await inLogContext({ jobId: 'ftjob-a' }, () => deep('a'));
    await outsideLogContext(() => deep('none'));
    log.info({ requestId: 'req-named' }, 'named');
    await other;
  });
  expect(logContext()).toEqual({});
  const told = lines.map((line): unknown[] => {
    const { msg, requestId, jobId } = JSON.parse(line) as Record<string, unknown>;
    expect(line.match(/"requestId"/g)?.length ?? 0).toBeLessThan(2);
    return [msg, requestId, jobId];
  });
  expect(told.toSorted()).toEqual([
    ['a', 'req-a', 'ftjob-a'],
    ['b', 'req-b', undefined],
    ['named', 'req-named', undefined],
    ['none', undefined, undefined],
  ]);
});
