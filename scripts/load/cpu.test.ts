import { expect, it } from 'vitest';
import { cpuBetween, cpuByPart, type ProcessTime } from './cpu.ts';

it('sorts the processes below the platform into its parts', () => {
  const process = (pid: number, parent: number, command: string, own: number, ended = 0) =>
    ({ pid, parent, command, own, ended }) satisfies ProcessTime;
  const processes = [
    process(1, 0, 'init', 1000),
    process(9, 1, 'node services/trainer/src/worker/main.ts', 500),
    process(10, 1, 'node scripts/load.ts', 3, 0.5),
    process(11, 10, '/bin/sh -c … nats-server', 0),
    process(12, 11, '.tools/bin/nats-server', 2),
    process(13, 10, 'node services/trainer/src/worker/main.ts', 1, 40),
    process(14, 13, 'node services/trainer/src/worker/engine/engine-child.ts', 8),
    process(15, 17, 'node services/evaluator/src/engine/engine-child.ts', 4),
    process(17, 10, 'node services/evaluator/src/main.ts', 1, 3),
    process(18, 10, 'node services/gateway/src/main.ts', 2),
    process(16, 10, '.tools/bin/minio server', 1.5),
  ];
  const cpu = cpuByPart(processes, 10);
  expect(cpu).toEqual({
    training: 48,
    worker: 1,
    evaluation: 7,
    services: 6,
    nats: 2,
    store: 1.5,
    load: 0.5,
  });
  expect(cpuBetween({ ...cpu, training: 8 }, cpu)).toMatchObject({ training: 40, worker: 0 });
});
