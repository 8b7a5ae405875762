import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeShard } from '@lathe/contracts/artifact/shard';
import type { ChildEnd } from '@lathe/platform/child-process';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { smallExamples } from '../../integration/cluster.fixture.ts';
import type { SlowEngineHabits } from '../../integration/slow-engine-math.fixture.ts';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { createEngines, type EngineProcess, type Engines } from './engine-process.ts';

const program = fileURLToPath(new URL('../../integration/slow-engine.fixture.ts', import.meta.url));

type Ran = {
  readonly pid: number | undefined;
  readonly end: ChildEnd;
  readonly messages: readonly FromEngine[];
};

async function withEngines(
  act: (
    run: (task?: Partial<EngineTask>, at?: At) => Promise<Ran>,
    engines: Engines,
  ) => Promise<void>,
  habits: Partial<SlowEngineHabits> = {},
  restMs = 60_000,
): Promise<void> {
  await using folder = await tempFolder();
  const shard = join(folder.path, 'train.shard');
  await writeFile(shard, encodeShard(smallExamples(8)));
  const engines = createEngines(
    program,
    { startMs: 20_000, stepMs: 10_000, pingMs: 100, restMs },
    { ...process.env, LATHE_TEST_ENGINE: JSON.stringify({ markFolder: folder.path, ...habits }) },
  );
  const task: EngineTask = {
    modelFolder: '',
    start: null,
    recipe: { epochs: 2, batchSize: 4, learningRate: 1 },
    checkpointEvery: null,
    trainShards: [shard],
    heldOutShards: [],
    stateFolder: null,
    earlierScores: [],
    outputFolder: join(folder.path, 'saved'),
    device: 'cpu',
    threads: 1,
    saveStateMs: 1e9,
    stepBatchMs: 0,
    orphanMs: 1e9,
    restBytes: 1e12,
  };
  const run = async (changes: Partial<EngineTask> = {}, at: At = () => {}): Promise<Ran> => {
    const messages: FromEngine[] = [];
    const ended = Promise.withResolvers<ChildEnd>();
    const engine = engines.start(
      { ...task, ...changes },
      {
        onMessage: (message) => {
          messages.push(message);
          at(message, engine);
        },
        onEnd: ended.resolve,
      },
    );
    return { pid: engine.pid, end: await ended.promise, messages };
  };
  try {
    await act(run, engines);
  } finally {
    await engines.stop();
  }
}

type At = (message: FromEngine, engine: EngineProcess) => void;

function outcomes(rans: readonly Ran[]): (string | undefined)[] {
  return rans.map(({ messages }) => messages.at(-1)?.kind);
}

test('a process that did its task well does the next one, and others get their own', () =>
  withEngines(async (run) => {
    const first = await run();
    const [second, beside] = await Promise.all([run(), run()]);
    const third = await run();
    expect(outcomes([first, second, beside, third])).toEqual(Array(4).fill('finished'));
    expect(second.pid).toBe(first.pid);
    expect(beside.pid).not.toBe(first.pid);
    expect([first.pid, beside.pid]).toContain(third.pid);
    // Nothing of a task is left for the next.
    const losses = ({ messages }: Ran) =>
      messages.flatMap((message) => (message.kind === 'steps' ? message.steps : []));
    expect(losses(third)).toEqual(losses(first));
  }));

test('a pause ends the task only', () =>
  withEngines(async (run) => {
    // So many steps that nothing but the pause ends it.
    const recipe = { epochs: 1e9, batchSize: 4, learningRate: 1 };
    const paused = await run({ recipe }, (message, engine) => {
      if (message.kind === 'ready') engine.send({ kind: 'pause' });
    });
    const next = await run();
    expect(outcomes([paused, next])).toEqual(['paused', 'finished']);
    expect(next.pid).toBe(paused.pid);
  }));

test('a process that failed, died, was killed or holds too much memory does no other task', () =>
  withEngines(
    async (run) => {
      const died = await run();
      expect(died.end).toMatchObject({ kind: 'exited', how: 'it got SIGKILL' });
      const failed = await run({ trainShards: ['nowhere'] });
      expect(outcomes([failed])).toEqual(['failed']);
      const killed = await run({}, (_message, engine) => void engine.kill());
      const big = await run({ restBytes: 1 });
      expect(outcomes([big])).toEqual(['finished']);
      const last = await run();
      expect(outcomes([last])).toEqual(['finished']);
      const pids = [died, failed, killed, big, last].map(({ pid }) => pid);
      expect(new Set(pids).size).toBe(5);
    },
    { dieAt: 3 },
  ));

test('a resting process ends when its time is up and when the worker stops', () =>
  withEngines(
    async (run) => {
      const { pid } = await run();
      await expect.poll(() => isAlive(pid)).toBe(false);
    },
    {},
    100,
  ).then(() =>
    withEngines(async (run, engines) => {
      const { pid } = await run();
      expect(isAlive(pid)).toBe(true);
      await engines.stop();
      expect(isAlive(pid)).toBe(false);
      expect((await run()).pid).not.toBe(pid);
    }),
  ));

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
