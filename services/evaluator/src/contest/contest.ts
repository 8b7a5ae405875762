import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { greedy } from '@lathe/engine/sampling';
import type { Call } from '@lathe/scoring/tool-calls';
import type { Asker, Engine, GenerateRequest } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import type { AnsweredRow, HeldOutRow } from '../texts/held-out.ts';
import type { AnswerLimits } from '../texts/text-task.ts';
import type { Texts } from '../texts/texts.ts';
import type { ModelAnswers } from './judge/judge.ts';
import type { WrittenAnswer } from './judge/task-contest.ts';
import { callsReport, judgeAnswer } from './judge-answer.ts';

/** One held-out row as a contestant gets to see it. */
export type Task = {
  readonly prompt: readonly number[];
  /** 0: nothing is asked; only the loss counts. */
  readonly maxTokens: number;
  readonly expected: string;
  /** Where the row has tools: the calls of the answer that is expected, which may be none. */
  readonly calls?: readonly Call[];
  /** What the loss is measured on. */
  readonly examples: readonly ShardExample[];
};

/** Models that take part; `start` is the tuned one that the job went on from, `model …` one that the job names. */
type ModelName =
  | 'base'
  | 'few-shot'
  | 'start'
  | 'tuned'
  | `${'base' | 'tuned'} + ${'retrieval' | 'vectors' | 'documents' | 'document vectors'}`
  | `model ${string}`;

/** A contestant: a model, and the examples that stand in its prompts. */
export type Entrant = {
  readonly name: ModelName;
  readonly model: ServedModel;
  readonly shots: number;
  /** How the examples were chosen. */
  readonly examples?: 'random' | 'nearest';
  /** Held-out rows whose prompts have an example that asks or nearly says the same. */
  readonly nearHeldOut?: number;
  readonly tasks: readonly Task[];
};

/** How an evaluation makes tokens of its rows. */
export type TaskPorts = Asker & { readonly texts: Texts; readonly limits: AnswerLimits };

/**
 * The tasks of a model with these examples in each prompt; null when a prompt with its answer does
 * not fit the model's context.
 */
export async function tasksFor(
  { name, style, room, task, texts: folder }: ServedModel,
  rows: readonly HeldOutRow[],
  { shots, texts, ...options }: TaskPorts & { readonly shots: readonly AnsweredRow[] },
): Promise<Task[] | null> {
  const model = { name, style, room, task, folder };
  const toAsk = rows.map(({ row, context, expected, calls, isScored }) => ({
    ...{ row, context, expected, calls },
    ...(isScored && { isScored }),
  }));
  const asked = await texts.rows(model, { rows: toAsk, shots }, options);
  if (asked === null) return null;
  const tasks = asked.map(({ prompt, maxTokens, examples }, index): Task => {
    const { expected, examples: own, row, calls = [] } = rows[index] as HeldOutRow;
    const task = { prompt, maxTokens, expected, examples: examples ?? own };
    if (row.kind !== 'chat' || row.tools === undefined) return task;
    return { ...task, calls: calls.map((call) => call.function) };
  });
  return tasks.some(({ examples }) => longest(examples) > room) ? null : tasks;
}

function longest(examples: readonly ShardExample[]): number {
  return Math.max(...examples.map(({ tokens }) => tokens.length));
}

/** The base model with as many of the examples as fit before every row; null when none does. */
export async function fewShotEntrant(
  model: ServedModel,
  rows: readonly HeldOutRow[],
  options: TaskPorts & { readonly shots: readonly AnsweredRow[] },
): Promise<Entrant | null> {
  // The longest row first, so that what does not fit shows at once.
  const first = rows.reduce((best, row) =>
    longest(row.examples) > longest(best.examples) ? row : best,
  );
  for (let count = options.shots.length; count > 0; count--) {
    const fewer = { ...options, shots: options.shots.slice(0, count) };
    if ((await tasksFor(model, [first], fewer)) === null) continue;
    const tasks = await tasksFor(model, rows, fewer);
    if (tasks !== null) return { name: 'few-shot', model, shots: count, tasks };
  }
  return null;
}

export type ContestPorts = {
  readonly engine: Engine;
  readonly texts: Texts;
  /** Whose rows they are. */
  readonly project: string;
  /** Rows that are answered at a time. */
  readonly slots: number;
  readonly signal: AbortSignal;
  /** Called after each answer with how many there are now. */
  readonly onAnswer: (done: number) => void;
};

/** Lets a contestant answer every row, greedily, and measures its loss on them, null without examples; where nothing is asked there are no answers. */
export async function runEntrant(
  entrant: Entrant,
  ports: ContestPorts,
): Promise<ModelAnswers<WrittenAnswer>> {
  const { model, tasks, name, shots, examples: way, nearHeldOut } = entrant;
  const answers: string[] = [];
  let answerTokens = 0;
  let next = 0;
  let done = 0;
  const asked = tasks.filter(({ maxTokens }) => maxTokens > 0);
  const lane = async (): Promise<void> => {
    while (next < asked.length) {
      const index = next++;
      const answer = await answerTask(model, asked[index] as Task, ports);
      answers[index] = answer.text;
      answerTokens += answer.tokens;
      ports.onAnswer(++done);
    }
  };
  // A model that has to be read into memory first is no slower for it.
  const [first] = asked;
  if (first !== undefined) await answerTask(model, { ...first, maxTokens: 1 }, ports);
  const begun = performance.now();
  await allOrFirstError(Array.from({ length: ports.slots }, lane));
  const milliseconds = performance.now() - begun;
  const examples = tasks.flatMap((task) => task.examples);
  const { loss, supervisedTokens } =
    examples.length === 0
      ? { loss: null, supervisedTokens: 0 }
      : await ports.engine.score(model.engine, examples, ports.signal);
  const form = 'form' in model.facts.tools ? model.facts.tools.form : null;
  const judged = asked.map((task, index) => judgeAnswer(task, answers[index] ?? '', form));
  const toolCalls = callsReport(judged);
  const promptTokens = asked.reduce((sum, { prompt }) => sum + prompt.length, 0);
  const usage = {
    ...{ answers: asked.length, promptTokens, answerTokens },
    ...{ milliseconds, atOnce: Math.min(ports.slots, asked.length) },
  };
  return {
    ...{ name, model: model.name, shots, loss, supervisedTokens },
    ...(way && { examples: way }),
    ...(nearHeldOut && { nearHeldOut }),
    ...(toolCalls && { toolCalls }),
    ...(asked.length > 0 && { usage }),
    answers: judged.map(({ isRight, outcome }, index) => {
      const text = answers[index] ?? '';
      return outcome === undefined ? { text } : { text, isRight };
    }),
  };
}

/** What a model writes, and in how many tokens, the one that ends it included. */
async function answerTask(
  { engine: engineModel, texts: folder, facts }: ServedModel,
  task: Task,
  { engine, texts, project, signal }: ContestPorts,
): Promise<{ readonly text: string; readonly tokens: number }> {
  const request: GenerateRequest = {
    ...greedy,
    tokens: task.prompt,
    maxTokens: task.maxTokens,
    scoresPrompt: false,
    seed: 0,
    stopTokens: facts.stopTokens,
    form: null,
  };
  const tokens: number[] = [];
  // Evaluations have places of their own, which one job holds at a time.
  const options = { urgency: 'evaluation', project, signal } as const;
  for await (const { token } of engine.generate(engineModel, request, options)) tokens.push(token);
  const text = await texts.decode(folder, tokens, task.calls !== undefined);
  return { text, tokens: tokens.length };
}

/** Waits for all, so that nothing goes on unseen, and then throws the first error. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
