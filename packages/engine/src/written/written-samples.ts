import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import type { TaskRow } from '../objectives/task-row.ts';
import { type AnsweringOptions, createAnswering, type Exports, limitsOf } from './answering.ts';
import { askedRows } from './asked-rows.ts';

type WrittenSamplesOptions = Omit<AnsweringOptions, 'staysOpen'> & {
  readonly heldOut: readonly TaskRow[];
  /** How many of the rows are asked at most. */
  readonly most: number;
};

/** A held-out row and what the model writes to it, without special tokens. */
export type WrittenSample = {
  /** Its place among the held-out rows. */
  readonly row: number;
  readonly prompt: string;
  readonly expected: string;
  readonly text: string;
  readonly isTruncated: boolean;
};

/** Shows what a model writes while it is trained. */
export type WrittenSamples = {
  /** The answers of the weights as they are now, to the same rows each time; nothing stays open in between. */
  samples(trainer: Exports): Promise<readonly WrittenSample[]>;
};

/**
 * Opens the samples of a run: a few held-out rows that are answered greedily, each in at most twice the tokens of the longest
 * expected answer. undefined where no row has a question.
 * @example
 * const heldOut = [{ tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(0, 0, 1) }];
 * const about = { model, heldOut, device: cpuDevice(), hasAdapter: true, folder: '/tmp/sampled' };
 * const written = await openWrittenSamples({ ...about, most: 3 });
 */
export async function openWrittenSamples({
  heldOut,
  most,
  ...options
}: WrittenSamplesOptions): Promise<WrittenSamples | undefined> {
  const rows = askedRows(heldOut, most);
  if (rows.length === 0) return undefined;
  const tokenizer = await loadTokenizer(options.model.path);
  const textOf = (tokens: Iterable<number>): string =>
    tokenizer.decode(tokens, { skipSpecial: true }).trim();
  const limits = limitsOf(
    options.model,
    rows.map(({ answer }) => answer),
    (token) => tokenizer.isSpecial(token),
  );
  const answering = createAnswering({ ...options, staysOpen: false });
  return {
    async samples(trainer) {
      const prompts = rows.map(({ prompt }) => prompt);
      const answers = await answering.answer(trainer, prompts, limits);
      return answers.map(({ tokens, isTruncated }, at) => {
        const { row, prompt, answer } = rows[at] as (typeof rows)[number];
        const text = textOf(tokens);
        return { row, prompt: textOf(prompt), expected: textOf(answer), text, isTruncated };
      });
    },
  };
}
