import { rm } from 'node:fs/promises';
import type { AnyModelFolder, ModelFolder } from '../families/model-folder.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { type Generator, openGenerator } from '../generate/generator.ts';
import { readAdapterOf } from '../peft/peft-virtual.ts';
import type { Device } from '../runtime/device.ts';
import type { Trainer } from '../train/trainer.ts';

export type AnsweringOptions = {
  /** What training begins with. */
  readonly model: AnyModelFolder;
  readonly device: Device;
  /** Whether the run ends in an adapter, which is then asked beside its base model; else its whole model is. */
  readonly hasAdapter: boolean;
  /** Where the model as it is now is written to be asked; removed afterwards. */
  readonly folder: string;
  /** Whether the base model stays open beside an adapter from one time to the next, or is opened anew each time. */
  readonly staysOpen: boolean;
};

/** A model that is being trained, as a generator. */
export type Exports = Pick<Trainer<never>, 'exportAdapter' | 'exportMerged'>;

/** What is asked of all prompts. */
type Limits = { readonly maxTokens: number; readonly stopTokens: readonly number[] };

/** An answer, and whether it reached the longest length that answers may have. */
type Answer = { readonly tokens: readonly number[]; readonly isTruncated: boolean };

/** Answers prompts greedily by the weights of a run as they are now. */
export type Answering = {
  /** All prompts at once, in one order, so that the same weights always write the same. */
  answer(
    trainer: Exports,
    prompts: readonly Int32Array[],
    limits: Limits,
  ): Promise<readonly Answer[]>;
  dispose(): Promise<void>;
};

const name = 'now';

export function createAnswering(options: AnsweringOptions): Answering {
  const { model, device, hasAdapter, folder, staysOpen } = options;
  let base: Generator | undefined;

  async function byAdapter(ask: (generator: Generator) => Promise<Answer[]>): Promise<Answer[]> {
    base ??= await openGenerator({ model: model as ModelFolder, device });
    try {
      base.loadAdapter(name, await readAdapterOf(model, folder));
      return await ask(base);
    } finally {
      if (!staysOpen) await close();
    }
  }

  async function whole(ask: (generator: Generator) => Promise<Answer[]>): Promise<Answer[]> {
    const generator = await openGenerator({ model: await openModelFolder(folder), device });
    try {
      return await ask(generator);
    } finally {
      await generator.dispose();
    }
  }

  async function close(): Promise<void> {
    const open = base;
    base = undefined;
    await open?.dispose();
  }

  return {
    async answer(trainer, prompts, limits) {
      const adapter = hasAdapter ? { adapter: name } : {};
      const ask = (generator: Generator): Promise<Answer[]> =>
        Promise.all(
          prompts.map(async (prompt) => {
            const tokens: number[] = [];
            const stream = generator.generate({ tokens: [...prompt], ...limits, ...adapter });
            for (;;) {
              const { value, done } = await stream.next();
              if (done) return { tokens, isTruncated: value === 'length' };
              tokens.push(value.token);
            }
          }),
        );
      await rm(folder, { recursive: true, force: true });
      try {
        await (hasAdapter ? trainer.exportAdapter(folder) : trainer.exportMerged(folder));
        return await (hasAdapter ? byAdapter(ask) : whole(ask));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    dispose: close,
  };
}

/** Longest answers, in tokens, whatever is expected. */
const mostTokens = 256;

/** Answers end as the expected ones do, or as the model's do, and have at most twice the tokens of the longest of those. */
export function limitsOf(
  model: AnyModelFolder,
  answers: readonly Int32Array[],
  isSpecial: (token: number) => boolean,
): Limits {
  const { eosTokens } = model.config as ModelFolder['config'];
  const ends = answers.map((answer) => answer.at(-1) as number).filter(isSpecial);
  const longest = Math.max(...answers.map(({ length }) => length));
  return {
    maxTokens: Math.min(mostTokens, 2 * longest),
    stopTokens: [...new Set([...eosTokens, ...ends])],
  };
}
