import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A row of a file of the API. */
type Line = Readonly<Record<string, unknown>>;

/** What is learned from rewards, on the built-in model. */
export type RewardTask = {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  readonly prompts: readonly Line[];
  /** Prompts that are never trained on. */
  readonly heldOut: readonly Line[];
  readonly grader: Line;
  readonly hyperparameters: Line;
  readonly lathe: Line;
};

const asked = (content: string): Line => ({ role: 'user', content });

/** What customers write in the example of the support inbox, each once. */
async function messages(): Promise<string[]> {
  const file = join(import.meta.dirname, '../../examples/support-routing.jsonl');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const texts = lines.map((line) => {
    const row = JSON.parse(line) as { messages: readonly { role: string; content: string }[] };
    return row.messages.find(({ role }) => role === 'user')?.content ?? '';
  });
  return [...new Set(texts)];
}

/** The tasks by the name that `--tasks` takes. */
export async function rewardTasks(): Promise<Readonly<Record<string, RewardTask>>> {
  const texts = await messages();
  const isHeldOut = (_: unknown, at: number) => at % 5 === 0;
  const train = texts.filter((text, at) => !isHeldOut(text, at));
  const held = texts.filter(isHeldOut);
  const promptOf = (text: string): Line => ({ messages: [asked(text)], question: text });
  return {
    string: {
      title: 'A greeting',
      about:
        'Answers to customers are worth 1 where they say "Good morning", else 0 (`string_check`). The model is `lathe-tiny` as it comes.',
      prompts: train.slice(0, 160).map(promptOf),
      heldOut: held.map(promptOf),
      grader: {
        ...{ type: 'string_check', name: 'greets', operation: 'like' },
        ...{ input: '{{ sample.output_text }}', reference: 'Good morning' },
      },
      hyperparameters: { n_epochs: 1, batch_size: 8, learning_rate_multiplier: 3 },
      lathe: { reinforcement: { max_completion_tokens: 16 } },
    },
  };
}
