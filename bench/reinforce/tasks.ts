import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A row of a file of the API, or a part of a request. */
export type Line = Readonly<Record<string, unknown>>;

/** A question, and what the grader needs to know of it. */
export type Prompt = { readonly question: string } & Line;

/** What is learned from rewards, on the built-in model. */
export type RewardTask = {
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  readonly prompts: readonly Prompt[];
  /** Prompts that nothing is trained on, by which settings are chosen (settings.ts). */
  readonly choosing: readonly Prompt[];
  /** Prompts that nothing is trained on, and by which no setting was chosen. */
  readonly heldOut: readonly Prompt[];
  /** What `lathe-tiny` is taught before: answers to questions, and settings of that job. */
  readonly start?: {
    readonly rows: readonly Line[];
    readonly settings: {
      readonly hyperparameters: { readonly n_epochs: number; readonly batch_size: number };
      readonly lathe: {
        readonly adaptation: { readonly type: 'full' };
        readonly learning_rate: number;
      };
    };
  };
  /** What a reward model is taught before: the better answer made of one that `lathe-tiny` gives to each prompt. */
  readonly rewardModel?: { readonly better: (answer: string) => string; readonly settings: Line };
  /** What the grader gives, computed here; where a reward model gives it, absent. */
  readonly reward?: (answer: string, prompt: Prompt) => number;
  /** Of the reward model's name, where there is one. */
  readonly grader: (rewardModel: string | undefined) => Line;
  /** What is counted among answers of before and after by itself, without the grader. */
  readonly rule: {
    readonly name: string;
    readonly holds: (answer: string, prompt: Prompt) => boolean;
  };
  readonly hyperparameters: Line;
  readonly lathe: Line & { readonly reinforcement: { readonly max_completion_tokens: number } };
};

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

/** Sums of two numbers from 1 to `most`, in an order that is always the same. */
function sums(most: number): Prompt[] {
  const all = Array.from({ length: most * most }, (_, at) => {
    const [a, b] = [1 + (at % most), 1 + Math.floor(at / most)];
    return { question: `${a} + ${b} =`, sum: a + b };
  });
  return mixed(all);
}

/** How a sum is asked for. */
const wordings: readonly ((a: number, b: number) => string)[] = [
  (a, b) => `${a} + ${b} =`,
  (a, b) => `What is ${a} plus ${b}?`,
  (a, b) => `Add ${a} and ${b}.`,
  (a, b) => `The sum of ${a} and ${b}:`,
  (a, b) => `Ann has ${a} apples and gets ${b} more. How many has she?`,
  (a, b) => `${a} cups stand on the table and ${b} on the shelf. How many are there?`,
  (a, b) => `${a} people wait, and ${b} join them. How many wait?`,
  (a, b) => `We sold ${a} tickets today and ${b} yesterday. How many were sold?`,
];

/** Sums of two numbers from 1 to 5, each in every wording, in an order that is always the same. */
function wordedSums(): (Prompt & { readonly sum: number })[] {
  const pairs = Array.from({ length: 25 }, (_, at) => [1 + (at % 5), 1 + Math.floor(at / 5)]);
  return mixed(
    pairs.flatMap(([a = 0, b = 0]) =>
      wordings.map((wording) => ({ question: wording(a, b), sum: a + b })),
    ),
  );
}

/** An order that a generator of Lehmer says. */
function mixed<Row>(all: readonly Row[]): Row[] {
  let state = 1;
  const keyed = all.map((row) => {
    state = (state * 48271) % 2147483647;
    return { row, key: state };
  });
  return keyed.toSorted((a, b) => a.key - b.key).map(({ row }) => row);
}

/** 1 for the sum, a tenth less for each by which it is missed, 0 for what is no number. */
function near(answer: string, sum: number): number {
  const text = answer.trim();
  return /^\d+$/.test(text) ? Math.max(0, 1 - Math.abs(Number(text) - sum) / 10) : 0;
}

const sumGrader = `${near}\nfunction grade(sample, item) { return near(sample.output_text, item.sum); }`;

/** The tasks by the name that `--tasks` takes. */
export async function rewardTasks(): Promise<Readonly<Record<string, RewardTask>>> {
  const texts = await messages();
  const questions = texts.map((question) => ({ question }));
  const choosing = questions.filter((_, at) => at % 5 === 0);
  const others = questions.filter((_, at) => at % 5 !== 0);
  const [prompts, heldOut] = [others.slice(0, 160), others.slice(160)];
  const greets = {
    name: 'says it',
    holds: (answer: string) => answer.includes('Good morning'),
  };
  const short = { reinforcement: { max_completion_tokens: 16 } };
  const addition = sums(20);
  const worded = wordedSums();
  return {
    string: {
      title: 'A greeting',
      about:
        'Answers to customers are worth 1 where they say "Good morning", else 0 (`string_check`). The model is `lathe-tiny` as it comes.',
      ...{ prompts, choosing, heldOut },
      reward: (answer) => Number(greets.holds(answer)),
      grader: () => ({
        ...{ type: 'string_check', name: 'greets', operation: 'like' },
        ...{ input: '{{ sample.output_text }}', reference: 'Good morning' },
      }),
      rule: greets,
      hyperparameters: { n_epochs: 1, batch_size: 8 },
      lathe: short,
    },
    sums: {
      title: 'Sums',
      about:
        'Sums of two numbers from 1 to 20, such as "17 + 8 =", are worth 1 where the answer is right, a tenth less for each by which it is off, and 0 where it is no number (`javascript`). The model is `lathe-tiny` after a job on 100 sums with their answers.',
      prompts: addition.slice(112),
      choosing: addition.slice(0, 48),
      heldOut: addition.slice(48, 112),
      start: {
        rows: addition.slice(112, 212).map(({ question, sum }) => chat(question, String(sum))),
        settings: {
          hyperparameters: { n_epochs: 6, batch_size: 8 },
          lathe: { adaptation: { type: 'full' }, learning_rate: 6.2e-4 },
        },
      },
      reward: (answer, { sum }) => near(answer, Number(sum)),
      grader: () => ({ type: 'javascript', name: 'near', source: sumGrader }),
      rule: {
        name: 'right sums',
        holds: (answer, { sum }) => answer.trim() === String(sum),
      },
      hyperparameters: { n_epochs: 1, batch_size: 16 },
      lathe: {
        ...{ adaptation: { type: 'full' }, learning_rate: 6e-4 },
        reinforcement: { max_completion_tokens: 4 },
      },
    },
    words: {
      title: 'Small sums in words',
      about:
        'Sums of two numbers from 1 to 5, each asked for in eight wordings, such as "Ann has 4 apples and gets 3 more. How many has she?", are worth 1 where the answer is right, else 0 (`javascript`). The model is `lathe-tiny` after a job on 100 of the prompts with their answers. Held-out prompts ask for sums that others ask for in other words.',
      prompts: worded.slice(80),
      choosing: worded.slice(0, 30),
      heldOut: worded.slice(30, 80),
      start: {
        rows: worded.slice(80, 180).map(({ question, sum }) => chat(question, String(sum))),
        settings: {
          hyperparameters: { n_epochs: 12, batch_size: 8 },
          lathe: { adaptation: { type: 'full' }, learning_rate: 6.2e-4 },
        },
      },
      reward: (answer, { sum }) => Number(answer.trim() === String(sum)),
      grader: () => ({
        ...{ type: 'javascript', name: 'right' },
        source:
          'function grade(sample, item) { return Number(sample.output_text.trim() === String(item.sum)); }',
      }),
      rule: {
        name: 'right sums',
        holds: (answer, { sum }) => answer.trim() === String(sum),
      },
      hyperparameters: { n_epochs: 4, batch_size: 8 },
      lathe: {
        ...{ adaptation: { type: 'full' }, learning_rate: 1.5e-4 },
        reinforcement: { max_completion_tokens: 4 },
      },
    },
    'reward-model': {
      title: 'A reward model',
      about:
        'A reward model is trained on pairs: an answer of `lathe-tiny` to each of 160 customers, and the same after "Good morning. ", which is the better one. Its score of an answer is the reward (`score_model`). The model that learns is `lathe-tiny` as it comes.',
      ...{ prompts, choosing, heldOut },
      rewardModel: {
        better: (answer) => `Good morning. ${answer}`,
        settings: { hyperparameters: { n_epochs: 1 }, lathe: { task: { type: 'reward' } } },
      },
      grader: (model) => ({
        ...{ type: 'score_model', name: 'liked', model },
        input: [
          { role: 'user', content: '{{ item.question }}' },
          { role: 'assistant', content: '{{ sample.output_text }}' },
        ],
      }),
      rule: greets,
      hyperparameters: { n_epochs: 1, batch_size: 8 },
      lathe: short,
    },
  };
}

/** A row of a chat that is to be taught. */
function chat(question: string, answer: string): Line {
  return { messages: [asked(question), { role: 'assistant', content: answer }] };
}

export const asked = (content: string) => ({ role: 'user' as const, content });
