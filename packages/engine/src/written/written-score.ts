import { rm } from 'node:fs/promises';
import { type EarlyStopping, isWrittenMetric } from '@lathe/recipe/early-stopping';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import type { AnyModelFolder, ModelFolder } from '../families/model-folder.ts';
import { openModelFolder } from '../families/model-folder.ts';
import { type Generator, openGenerator } from '../generate/generator.ts';
import type { TaskRow } from '../objectives/task-row.ts';
import { readAdapterOf } from '../peft/peft-virtual.ts';
import type { Device } from '../runtime/device.ts';
import type { Trainer } from '../train/trainer.ts';
import { type AskedRow, askedRows } from './asked-rows.ts';
import { writtenRules } from './written-metrics.ts';

type WrittenScoreOptions = {
  /** What training begins with. */
  readonly model: AnyModelFolder;
  /** What the run watches, if anything. */
  readonly rule: Pick<EarlyStopping, 'metric'> | undefined;
  readonly heldOut: readonly TaskRow[];
  readonly device: Device;
  /** Whether the run ends in an adapter, which is then asked beside its base model; else its whole model is. */
  readonly hasAdapter: boolean;
  /** Where the model as it is now is written to be asked; removed afterwards. */
  readonly folder: string;
};

/** Scores what a model writes while it is trained. */
export type WrittenScore = {
  /** The watched metric by its name, of the weights as they are now. */
  figures(
    trainer: Pick<Trainer<never>, 'exportAdapter' | 'exportMerged'>,
  ): Promise<Readonly<Record<string, number>>>;
  dispose(): Promise<void>;
};

/** Longest answers, in tokens, whatever is expected. */
const mostTokens = 256;
const name = 'now';

/**
 * Opens the score of a run that watches a metric of written answers; undefined for all others. Up to 32 held-out rows are answered
 * greedily, each in at most twice the tokens of the longest expected answer. Throws RangeError where the rows have nothing that the
 * metric could score.
 * @example
 * const heldOut = [{ tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(0, 0, 1) }];
 * const about = { model, heldOut, device: cpuDevice(), hasAdapter: true, folder: '/tmp/asked' };
 * const written = await openWrittenScore({ ...about, rule: { metric: 'rouge_l' } });
 */
export async function openWrittenScore({
  model,
  rule,
  heldOut,
  device,
  hasAdapter,
  folder,
}: WrittenScoreOptions): Promise<WrittenScore | undefined> {
  const metric = rule?.metric ?? 'loss';
  if (!isWrittenMetric(metric) || heldOut.length === 0) return undefined;
  const tokenizer = await loadTokenizer(model.path);
  const { control, score } = await writtenRules(metric, { folder: model.path, tokenizer });
  const textOf = (tokens: Iterable<number>): string =>
    tokenizer.decode(tokens, { skipSpecial: true, except: control }).trim();
  const rows = askedRows(heldOut).map((row) => ({ ...row, expected: textOf(row.answer) }));
  if (rows.every(({ expected }) => score(expected, '') === null))
    throw new RangeError(`early stopping watches ${metric}, which no held-out answer has`);
  const ends = rows.map(({ answer }) => answer.at(-1) as number);
  const config = model.config as ModelFolder['config'];
  const stopTokens = [
    ...new Set([...config.eosTokens, ...ends.filter((token) => tokenizer.isSpecial(token))]),
  ];
  const longest = Math.max(...rows.map(({ answer }) => answer.length));
  const limits = { maxTokens: Math.min(mostTokens, 2 * longest), stopTokens };
  let base: Generator | undefined;

  async function answers(
    trainer: Parameters<WrittenScore['figures']>[0],
  ): Promise<readonly string[]> {
    await rm(folder, { recursive: true, force: true });
    try {
      if (hasAdapter) {
        await trainer.exportAdapter(folder);
        base ??= await openGenerator({ model: model as ModelFolder, device });
        base.loadAdapter(name, await readAdapterOf(model, folder));
        return await written(base, { adapter: name });
      }
      await trainer.exportMerged(folder);
      const whole = await openGenerator({ model: await openModelFolder(folder), device });
      try {
        return await written(whole, {});
      } finally {
        await whole.dispose();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** All rows at once, in one order, so that the same weights always write the same. */
  async function written(generator: Generator, who: { adapter?: string }): Promise<string[]> {
    return Promise.all(
      rows.map(async ({ prompt }: AskedRow) => {
        const tokens: number[] = [];
        const request = { tokens: [...prompt], ...limits, ...who };
        for await (const { token } of generator.generate(request)) tokens.push(token);
        return textOf(tokens);
      }),
    );
  }

  return {
    async figures(trainer) {
      const found = (await answers(trainer)).flatMap((answer, at) => {
        const value = score((rows[at] as (typeof rows)[number]).expected, answer);
        return value === null ? [] : [value];
      });
      return { [metric]: found.reduce((sum, value) => sum + value, 0) / found.length };
    },
    async dispose() {
      await base?.dispose();
    },
  };
}
