import { expect, test } from 'vitest';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { type LoopTrainer, trainLoop } from './train-loop.ts';

const task: EngineTask = {
  modelFolder: 'model',
  start: null,
  recipe: { epochs: 2, batchSize: 1, learningRate: 1 },
  checkpointEvery: 3,
  trainShards: [],
  heldOutShards: ['held'],
  stateFolder: null,
  earlierScores: [],
  outputFolder: '/out',
  device: 'cpu',
  threads: 0,
  saveStateMs: 1e9,
  stepBatchMs: 0,
  orphanMs: 1e9,
  restBytes: 0,
};

function trainerFrom(step: number, totalSteps: number): LoopTrainer {
  return {
    totalSteps,
    get step() {
      return step;
    },
    trainableParameters: 5,
    trainStep: async () => {
      step++;
      const numbers = { learningRate: 1, gradientNorm: 1, supervisedTokens: 1, tokens: 1 };
      return { step, epoch: 1, loss: 1, tokenAccuracy: 1, seconds: 1, figures: {}, ...numbers };
    },
    scoreHeldOut: async () => ({ loss: 1, tokenAccuracy: 1, supervisedTokens: 1, figures: {} }),
    checkModel: async () => {},
    saveState: async () => {},
    exportModel: async () => {},
    dispose: async () => {},
  };
}

async function messagesOf(
  trainer: LoopTrainer,
  changes: Partial<EngineTask> = {},
  stopAt = Infinity,
): Promise<string[]> {
  const sent: FromEngine[] = [];
  let clock = 0;
  await trainLoop(
    trainer,
    { ...task, ...changes },
    {
      send: (message) => void sent.push(message),
      breathe: async () => {},
      stopWanted: () => trainer.step >= stopAt,
      now: () => (clock += 10),
    },
  );
  return sent.map((message) =>
    message.kind === 'saved'
      ? `saved ${message.why} ${message.step} ${message.model}`
      : message.kind === 'steps'
        ? `step ${message.steps.map(({ step }) => step).join(' ')}`
        : message.kind,
  );
}

test('checkpoints come every so many steps, and the model last', async () => {
  expect(await messagesOf(trainerFrom(0, 5))).toEqual([
    'ready',
    'step 1',
    'step 2',
    'step 3',
    'score',
    'saved checkpoint 3 adapter',
    'step 4',
    'step 5',
    'score',
    'saved final 5 adapter',
    'finished',
  ]);
});

test('examples that are hardly learnt are told with each checkpoint, until there are none, and once a step', async () => {
  const trainer = trainerFrom(0, 9);
  const learnt = Array.from({ length: 9 }, (_, example) => ({ example, first: 3, last: 0 }));
  const slow = { example: 9, first: 3, last: 3 };
  trainer.seenExamples = () => (trainer.step < 4 ? [...learnt, slow] : learnt);
  const told = (await messagesOf(trainer)).filter((each) => !each.startsWith('step'));
  expect(told).toEqual([
    ...['ready', 'score', 'slow-examples', 'saved checkpoint 3 adapter'],
    ...['score', 'slow-examples', 'saved checkpoint 6 adapter'],
    ...['score', 'saved final 9 adapter', 'finished'],
  ]);
});

test('a step that finds no room on the disk is taken when there is some', async () => {
  const trainer = trainerFrom(0, 1);
  const { trainStep } = trainer;
  let failures = 1;
  trainer.trainStep = async () => {
    if (failures-- > 0)
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    return trainStep();
  };
  expect(await messagesOf(trainer)).toEqual([
    ...['ready', 'log', 'step 1', 'score', 'saved final 1 adapter', 'finished'],
  ]);
});

test('short steps are told together, and never after what was made of them', async () => {
  const long = { stepBatchMs: 1e9 };
  expect(await messagesOf(trainerFrom(0, 8), long)).toEqual([
    'ready',
    'step 1',
    'step 2 3',
    'score',
    'saved checkpoint 3 adapter',
    'step 4 5 6',
    'score',
    'saved checkpoint 6 adapter',
    'step 7 8',
    'score',
    'saved final 8 adapter',
    'finished',
  ]);
  const paused = await messagesOf(trainerFrom(0, 8), { ...long, heldOutShards: [] }, 5);
  expect(paused.slice(-3)).toEqual(['step 4 5', 'saved pause 5 null', 'paused']);
});

test('the steps before a failure are told', async () => {
  const trainer = trainerFrom(0, 8);
  const { trainStep } = trainer;
  trainer.trainStep = async () => {
    if (trainer.step === 2) throw new Error('it diverged');
    return trainStep();
  };
  const told: FromEngine[] = [];
  const ports = {
    send: (message: FromEngine) => void told.push(message),
    breathe: async () => {},
    stopWanted: () => false,
    now: () => 0,
  };
  await expect(trainLoop(trainer, { ...task, stepBatchMs: 1e9 }, ports)).rejects.toThrow(
    'diverged',
  );
  const steps = told.flatMap((message) => (message.kind === 'steps' ? message.steps : []));
  expect(steps.map(({ step }) => step)).toEqual([1, 2]);
});

test('without a wish there is one checkpoint an epoch', async () => {
  const messages = await messagesOf(trainerFrom(0, 8), { checkpointEvery: null });
  expect(messages.filter((text) => text.startsWith('saved'))).toEqual([
    'saved checkpoint 4 adapter',
    'saved final 8 adapter',
  ]);
});

test('a stop saves what is new and says where it stands', async () => {
  expect(await messagesOf(trainerFrom(0, 5), {}, 2)).toEqual([
    'ready',
    'step 1',
    'step 2',
    'saved pause 2 null',
    'paused',
  ]);
  expect(await messagesOf(trainerFrom(3, 5), {}, 3)).toEqual(['ready', 'paused']);
});

test('a run that was killed after its last step only stores the model', async () => {
  expect(await messagesOf(trainerFrom(5, 5), { heldOutShards: [] })).toEqual([
    'ready',
    'saved final 5 adapter',
    'finished',
  ]);
});

test('the state is saved when enough time went by', async () => {
  const messages = await messagesOf(trainerFrom(0, 3), { saveStateMs: 10 });
  expect(messages).toContain('saved state 1 null');
});
