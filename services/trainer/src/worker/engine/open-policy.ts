import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LatheError } from '@lathe/contracts/error';
import { NotFiniteWeightsError } from '@lathe/engine/checkpoint-error';
import { requireFiniteWeights } from '@lathe/engine/finite';
import { openModelFolder } from '@lathe/engine/model-folder';
import { adapterValues, readAdapterOf } from '@lathe/engine/peft-virtual';
import { createPolicyTrainer, type PolicyStep } from '@lathe/engine/policy-trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { DivergedRunError } from './diverged.ts';
import type { EngineTask, FromEngine, Reward, Samples, Side } from './engine-message.ts';
import { goOn } from './go-on.ts';
import type { AskRewards } from './gradings.ts';
import { modelKind } from './model-kind.ts';
import { readShards } from './read-shards.ts';
import { taskDevice } from './task-device.ts';
import { tellShared } from './tell-shared.ts';
import type { LoopTrainer } from './train-loop.ts';
import { inUserTerms } from './user-terms.ts';

/** What a run that learns from rewards needs of its process. */
export type PolicyLink = {
  readonly ask: AskRewards;
  readonly send: (message: FromEngine) => void;
};

/** Answers that are shown of a step or a score, and the longest text of one, in UTF-16 units. */
const shownAnswers = 4;
const shownLength = 2000;
/** Least time between two words that answers are being written. */
const aliveMs = 1000;

/**
 * The engine's trainer for a task whose rows are prompts, with its state restored when the task resumes. The loss of its
 * scores is the mean reward with its sign turned, so that less is better. Throws as `openTrainer` does.
 */
export function openPolicy(task: EngineTask, link: PolicyLink): Promise<LoopTrainer> {
  return inUserTerms(task, () => open(task, link));
}

async function open(task: EngineTask, link: PolicyLink): Promise<LoopTrainer> {
  const { start, recipe } = task;
  const hasAdapter = modelKind(task) === 'adapter';
  const model = await openModelFolder(start?.kind === 'merged' ? start.folder : task.modelFolder);
  await requireFiniteWeights(model.tensors);
  const promptsOf = async (shards: readonly string[]) =>
    (await readShards(shards)).map(({ tokens }) => tokens);
  let toldAt = performance.now();
  // Of the answers that were graded last, which are those that are shown next.
  let parts: Parts = new Map();
  const trainer = await createPolicyTrainer({
    model,
    settings: resolveRecipe(recipe),
    prompts: await promptsOf(task.trainShards),
    grade: async (purpose, answers) => {
      const rewards = await link.ask(purpose, answers);
      parts = partsOf(answers, rewards);
      return rewards.map((each) => each?.reward);
    },
    folder: join(task.outputFolder, '.policy'),
    device: await taskDevice(task, link.send),
    adapter:
      start?.kind === 'adapter'
        ? adapterValues(await readAdapterOf(model, start.folder))
        : undefined,
    origin: start?.digest,
    onAnswer: () => {
      if (performance.now() - toldAt < aliveMs) return;
      toldAt = performance.now();
      link.send({ kind: 'alive' });
    },
  });
  if (task.stateFolder !== null) await goOn(trainer, task.stateFolder, link.send);
  else tellShared(trainer, link.send, 'a step of the longest answers');
  const heldOut = await promptsOf(task.heldOutShards);
  const show = (side: Side, answers: PolicyStep['answers']): void =>
    link.send({
      kind: 'samples',
      samples: samplesOf({ step: trainer.step, side, answers, parts }),
    });
  const act = <T>(done: () => Promise<T>): Promise<T> =>
    inUserTerms(task, () =>
      done().catch((error: unknown) => {
        if (!(error instanceof NotFiniteWeightsError)) throw error;
        const { learningRate } = resolveRecipe(recipe);
        throw new DivergedRunError('A trained weight', {
          ...{ step: trainer.step, examples: [], learningRate },
        });
      }),
    );
  return {
    totalSteps: trainer.totalSteps,
    get step() {
      return trainer.step;
    },
    trainableParameters: trainer.trainableParameters,
    async tryOut() {
      const why = await act(() => trainer.refusal());
      if (why === undefined) return;
      const message = `Nothing was trained: ${why}.`;
      throw new LatheError('training_failed', message, { retryable: false });
    },
    async trainStep() {
      const { metrics, answers, warnings } = await act(() => trainer.trainStep());
      show('train', answers);
      for (const text of warnings) link.send({ kind: 'log', level: 'warn', text });
      return { ...metrics, figures: { ...metrics.figures } };
    },
    async scoreHeldOut() {
      const { figures, tokens, answers } = await act(() => trainer.evaluate(heldOut));
      show('held-out', answers);
      // Where no answer could be graded there is no reward, and no step is better for it.
      const { reward, ...others } = figures;
      const isKnown = (figures.reward_missing ?? 0) < 1;
      const loss = isKnown ? -(reward ?? 0) : 0;
      const told = isKnown && reward !== undefined ? { ...others, reward } : others;
      return { loss, tokenAccuracy: 0, supervisedTokens: tokens, figures: told };
    },
    // Whoever exports the model refuses weights that are no numbers.
    checkModel: async () => undefined,
    async saveState(folder) {
      await mkdir(dirname(folder), { recursive: true });
      await trainer.saveState(folder);
    },
    async exportModel(folder) {
      await mkdir(dirname(folder), { recursive: true });
      await act(() => (hasAdapter ? trainer.exportAdapter(folder) : trainer.exportMerged(folder)));
    },
    dispose: () => trainer.dispose(),
  };
}

type Answer = Pick<PolicyStep['answers'][number], 'prompt' | 'text'>;
/** What each grader of a multi grader gave, by prompt and text. */
type Parts = ReadonlyMap<string, NonNullable<Reward['parts']>>;

const keyOf = ({ prompt, text }: Answer): string => `${prompt} ${text}`;

function partsOf(answers: readonly Answer[], rewards: readonly (Reward | undefined)[]): Parts {
  const told = answers.map((answer, at) => [keyOf(answer), rewards[at]?.parts] as const);
  return new Map(told.flatMap(([key, parts]) => (parts === undefined ? [] : [[key, parts]])));
}

type ShownStep = {
  readonly step: number;
  readonly side: Side;
  readonly answers: PolicyStep['answers'];
  readonly parts: Parts;
};

function samplesOf({ step, side, answers, parts }: ShownStep): Samples {
  const shown = answers.slice(0, shownAnswers).map(({ prompt, text, reward, isTruncated }) => {
    const own = parts.get(keyOf({ prompt, text }));
    return {
      ...{ prompt, isTruncated },
      text: text.slice(0, shownLength).toWellFormed(),
      reward: reward ?? null,
      ...(own && { parts: own }),
    };
  });
  return { step, side, answers: shown };
}
