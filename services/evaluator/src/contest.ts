import type { Contestant } from '@lathe/contracts/artifact/report';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Engine, GenerateRequest } from './engine.ts';
import { completionWithShots, exampleWithShots, withShots } from './few-shot.ts';
import type { AnsweredRow, HeldOutRow } from './held-out.ts';
import { wilson } from './intervals.ts';
import type { ServedModel } from './models.ts';
import { promptTokens } from './serve/answer.ts';
import type { EvaluatorSettings } from './settings.ts';

/** One held-out row as a contestant gets to see it. */
export type Task = {
  readonly prompt: readonly number[];
  /** 0: nothing is asked; only the loss counts. */
  readonly maxTokens: number;
  readonly expected: string;
  readonly example: ShardExample;
};

/** A contestant: a model, and the examples that stand in its prompts. */
export type Entrant = {
  readonly name: Contestant['name'];
  readonly model: ServedModel;
  readonly shots: number;
  readonly tasks: readonly Task[];
};

/** What a contestant answered to each row, and how well it did. */
export type Showing = {
  readonly contestant: Contestant;
  readonly answers: readonly string[];
  readonly right: readonly boolean[];
};

type AnswerLimits = Pick<EvaluatorSettings, 'answerSlack' | 'answerMost'>;

/**
 * The tasks of a model with these examples in each prompt; null when a prompt with its answer does
 * not fit the model's context.
 */
export function tasksFor(
  model: ServedModel,
  rows: readonly HeldOutRow[],
  { shots, limits }: { readonly shots: readonly AnsweredRow[]; readonly limits: AnswerLimits },
): Task[] | null {
  const { tokenizer } = model.kit;
  const tasks: Task[] = [];
  const { room } = model;
  for (const { row, context, expected, example } of rows) {
    if (row.kind === 'text') {
      if (example.tokens.length > room) return null;
      tasks.push({ prompt: [], maxTokens: 0, expected, example });
      continue;
    }
    const messages =
      row.kind === 'chat'
        ? withShots(context, shots)
        : [{ role: 'user' as const, content: completionWithShots(row.prompt, shots) }];
    const prompt = promptTokens(model, messages);
    const length = tokenizer.encode(expected).length;
    const maxTokens = Math.min(
      length + limits.answerSlack,
      Math.max(limits.answerMost, length + 1),
    );
    const scored = shots.length === 0 ? example : exampleWithShots(model.kit, row, shots);
    if (prompt.length + maxTokens > room || scored.tokens.length > room) return null;
    tasks.push({ prompt, maxTokens, expected, example: scored });
  }
  return tasks;
}

/** The base model with as many of the examples as fit before every row; null when none does. */
export function fewShotEntrant(
  model: ServedModel,
  rows: readonly HeldOutRow[],
  options: { readonly shots: readonly AnsweredRow[]; readonly limits: AnswerLimits },
): Entrant | null {
  // The longest row first, so that what does not fit shows at once.
  const longest = rows.reduce((best, row) =>
    row.example.tokens.length > best.example.tokens.length ? row : best,
  );
  for (let count = options.shots.length; count > 0; count--) {
    const fewer = { ...options, shots: options.shots.slice(0, count) };
    if (tasksFor(model, [longest], fewer) === null) continue;
    const tasks = tasksFor(model, rows, fewer);
    if (tasks !== null) return { name: 'few-shot', model, shots: count, tasks };
  }
  return null;
}

export type ContestPorts = {
  readonly engine: Engine;
  /** Rows that are answered at a time. */
  readonly slots: number;
  readonly signal: AbortSignal;
  /** Called after each answer with how many there are now. */
  readonly onAnswer: (done: number) => void;
};

/**
 * Lets a contestant answer every row, greedily, and measures its loss on them. An answer is right when
 * it equals the expected one but for blanks around it; where nothing is asked, nothing is right or wrong.
 */
export async function runEntrant(entrant: Entrant, ports: ContestPorts): Promise<Showing> {
  const { model, tasks, name, shots } = entrant;
  const answers: string[] = [];
  let next = 0;
  let done = 0;
  const asked = tasks.filter(({ maxTokens }) => maxTokens > 0);
  const lane = async (): Promise<void> => {
    while (next < asked.length) {
      const index = next++;
      answers[index] = await answerTask(model, asked[index] as Task, ports);
      ports.onAnswer(++done);
    }
  };
  await allOrFirstError(Array.from({ length: ports.slots }, lane));
  const examples = tasks.map((task) => task.example);
  const { loss, supervisedTokens } = await ports.engine.score(model.engine, examples, ports.signal);
  const right = asked.map((task, index) => answers[index]?.trim() === task.expected);
  const exactMatch = wilson(right.filter(Boolean).length, right.length);
  return {
    contestant: { name, model: model.name, shots, exactMatch, loss, supervisedTokens },
    answers,
    right,
  };
}

async function answerTask(
  { engine: engineModel, kit }: ServedModel,
  task: Task,
  { engine, signal }: ContestPorts,
): Promise<string> {
  const request: GenerateRequest = {
    tokens: task.prompt,
    maxTokens: task.maxTokens,
    temperature: 0,
    topP: 1,
    seed: 0,
    stopTokens: kit.stopTokens,
    logitBias: new Map(),
    presencePenalty: 0,
    frequencyPenalty: 0,
    topLogprobs: 0,
    schema: null,
  };
  const tokens: number[] = [];
  // Evaluations have places of their own, which one job holds at a time.
  const options = { urgency: 'evaluation', project: '', signal } as const;
  for await (const { token } of engine.generate(engineModel, request, options)) tokens.push(token);
  return kit.tokenizer.decode(tokens, { skipSpecial: true });
}

/** Waits for all, so that nothing goes on unseen, and then throws the first error. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
