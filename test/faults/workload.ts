import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Client } from './client.ts';

const examples = fileURLToPath(new URL('../../examples/support-routing.jsonl', import.meta.url));

/** Kinds of jobs whose results are compared to the byte: each trains other weights in another way. */
const specs = {
  lora: { epochs: 3, every: 4, adaptation: { type: 'lora', rank: 4, dropout: 0.1 } },
  layers: { epochs: 3, every: 4, adaptation: { type: 'layers', last: 1 } },
  ia3: { epochs: 3, every: 4, adaptation: { type: 'ia3' } },
  /** Long enough to be hit in the middle, between two of its checkpoints. */
  long: { epochs: 40, every: 20, adaptation: { type: 'layers', last: 1 } },
} as const;
/** The same of jobs that learn from rewards, by the loss that they take. */
const rewardedSpecs = {
  dapo: { epochs: 2, every: 2, adaptation: { type: 'lora', rank: 4 } },
  rloo: { epochs: 3, every: 3, adaptation: { type: 'layers', last: 1 } },
} as const;
type RewardedName = keyof typeof rewardedSpecs;
export type SpecName = keyof typeof specs | RewardedName;
export const specNames = Object.keys(specs) as SpecName[];
export const rewardedNames = Object.keys(rewardedSpecs) as SpecName[];

const isRewarded = (spec: SpecName): spec is RewardedName => spec in rewardedSpecs;

const lines = readFileSync(examples, 'utf8').split('\n').slice(0, 64);
/** The rows that every job trains on but those that learn from rewards. */
export const rows = lines.join('\n');
const exampleSchema = z.object({ messages: z.array(z.looseObject({ role: z.string() })) });
const prompts = lines
  .slice(0, 24)
  .map((line) => exampleSchema.parse(JSON.parse(line)).messages)
  .map((messages) => messages.filter(({ role }) => role === 'user'))
  .map((messages, at) => JSON.stringify({ messages, letter: 'aeio'[at % 4] }))
  .join('\n');

/** The rows that the jobs of a spec train on. */
export const rowsOf = (spec: SpecName): string => (isRewarded(spec) ? prompts : rows);

/** More of the letter that a row names is worth more. */
const grader = {
  ...{ type: 'javascript', name: 'letters' },
  source: `function grade(sample, item) {
  const letters = [...sample.output_text];
  return letters.length === 0 ? 0 : letters.filter((each) => each === item.letter).length / letters.length;
}`,
};

/** The body of a create request; the same spec and file lead to the same weights. */
export function jobBody(spec: SpecName, file: string, submission: string): object {
  const { epochs, every, adaptation } = isRewarded(spec) ? rewardedSpecs[spec] : specs[spec];
  const hyperparameters = { n_epochs: epochs, batch_size: isRewarded(spec) ? 4 : 8 };
  return {
    model: 'lathe-tiny',
    training_file: file,
    seed: 11,
    metadata: { submission },
    method: isRewarded(spec)
      ? { type: 'reinforcement', reinforcement: { grader, hyperparameters } }
      : { type: 'supervised', supervised: { hyperparameters } },
    lathe: {
      ...{ adaptation, checkpoint_every: every, evaluation_rows: 4, few_shot_examples: 0 },
      ...(isRewarded(spec) && {
        reinforcement: { loss: spec, group_size: 4, max_completion_tokens: 8 },
      }),
    },
  };
}

const question = 'My parcel has not arrived.';

/** What an undisturbed job of a spec makes: the digests of its files, and an answer of its model. */
export type Outcome = { readonly files: Readonly<Record<string, string>>; readonly answer: string };

/** What a finished job has made. */
export async function outcomeOf(
  client: Client,
  job: { readonly id: string; readonly fine_tuned_model: string | null },
): Promise<Outcome> {
  const files = await client.modelFiles(job.id);
  return { files, answer: await client.ask(job.fine_tuned_model ?? '', question) };
}

/** Runs one job of each spec while nothing goes wrong: the bytes that all others are held against. */
export async function referenceOutcomes(
  client: Client,
  names: readonly SpecName[] = specNames,
): Promise<Record<SpecName, Outcome>> {
  const outcomes = names.map(async (spec) => {
    const file = await client.upload(rowsOf(spec));
    const { id } = await client.create(jobBody(spec, file, `reference-${spec}`), `ref-${spec}`);
    const job = await client.over(id);
    if (job.status !== 'succeeded')
      throw new Error(`the undisturbed job of ${spec} is ${job.status}: ${job.error?.message}`);
    return [spec, await outcomeOf(client, job)] as const;
  });
  return Object.fromEntries(await Promise.all(outcomes)) as Record<SpecName, Outcome>;
}
