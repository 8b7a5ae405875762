import { greedy } from '@lathe/engine/sampling';
import { policySettings } from '@lathe/recipe/reinforcement';
import type { GenerateRequest } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import { type DrawnRow, drawRows } from '../texts/drawn-rows.ts';
import { rankOf } from '../texts/held-out.ts';
import type { EvaluateInput, EvaluatePorts } from './evaluation.ts';
import type { Judgement, ModelAnswers } from './judge/judge.ts';
import { judgeInThread } from './judge/judging.ts';
import type { PromptRow, RewardedAnswer } from './judge/task-contest.ts';

type Prompt = Extract<DrawnRow['row'], { kind: 'prompt' }>;

/** A held-out prompt as models are asked it. */
type AskedPrompt = { readonly row: Prompt; readonly tokens: readonly number[] };

/**
 * The contest of models that learned from rewards: each answers the held-out prompts as the job had them answered, at its
 * temperature and with one seed for all, and the job's grader says what the answers are worth.
 */
export async function judgeRewarded(
  input: EvaluateInput,
  ports: EvaluatePorts,
): Promise<{ readonly judgement: Judgement | undefined; readonly rows: number }> {
  const { job, dataset, base, start, tuned } = input;
  const { settings } = ports;
  const most = job.options.evaluation_rows ?? settings.evaluationRows;
  const drawn = await drawRows(ports.artifacts, dataset.heldOut, { seed: job.seed, most });
  const prompts = drawn.flatMap(({ row, examples: [example] }): AskedPrompt[] =>
    row.kind === 'prompt' && example ? [{ row, tokens: [...example.tokens] }] : [],
  );
  if (prompts.length === 0) return { judgement: undefined, rows: 0 };
  const models: ModelAnswers<RewardedAnswer>[] = [];
  const all = { base, ...(start && { start }), tuned };
  for (const [name, model] of Object.entries(all))
    models.push(
      await answered(name as 'base' | 'start' | 'tuned', model, { input, prompts, ports }),
    );
  const rows = prompts.map(({ row }) => shownPrompt(row));
  const judgement = await judgeInThread(
    { task: 'rewarded', rows, train: [], models, seed: job.seed, samples: settings.samples },
    ports,
  );
  return { judgement, rows: rows.length };
}

/** What a model answers to every prompt, and what that is worth. Throws what the engine and the grader throw. */
async function answered(
  name: 'base' | 'start' | 'tuned',
  model: ServedModel,
  {
    input: { job },
    prompts,
    ports,
  }: {
    readonly input: EvaluateInput;
    readonly prompts: readonly AskedPrompt[];
    readonly ports: EvaluatePorts;
  },
): Promise<ModelAnswers<RewardedAnswer>> {
  const { grader, project } = job;
  if (grader == null) throw new RangeError('the job has prompts and no grader');
  const reinforcement = job.settings?.reinforcement;
  const times = reinforcement?.evaluation_samples ?? 1;
  const usual = policySettings.parse({});
  const temperature = reinforcement?.temperature ?? usual.temperature;
  const longest = reinforcement?.max_completion_tokens ?? usual.maxCompletionTokens;
  const answers: RewardedAnswer[] = [];
  const usage = { answers: prompts.length * times, promptTokens: 0, answerTokens: 0 };
  const waiting = prompts.entries();
  let done = 0;
  const begun = performance.now();
  const lane = async (): Promise<void> => {
    for (const [at, { row, tokens }] of waiting) {
      const texts: string[] = [];
      for (let sample = 0; sample < times; sample++) {
        const written = await write(model, ports, {
          project,
          tokens,
          maxTokens: Math.max(1, Math.min(longest, model.room - tokens.length)),
          temperature,
          seed: rankOf(job.seed + sample, row.line),
        });
        usage.promptTokens += tokens.length;
        usage.answerTokens += written.length;
        texts.push(await ports.texts.decode(model.texts, written));
      }
      const asked = texts.map((answer) => ({ item: row.item, answer }));
      const rewards = await ports.grade({ project, grader, answers: asked }, ports.signal);
      const known = rewards.filter((reward) => reward !== undefined);
      const sum = known.reduce((total, reward) => total + reward, 0);
      answers[at] = {
        text: texts[0] ?? '',
        reward: known.length === 0 ? null : sum / known.length,
      };
      ports.onProgress(name, ++done, prompts.length);
    }
  };
  const { evaluationSlots: slots } = ports.settings;
  const lanes = await Promise.allSettled(Array.from({ length: slots }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  const milliseconds = performance.now() - begun;
  return {
    ...{ name, model: model.name, shots: 0, loss: null, supervisedTokens: 0, answers },
    usage: { ...usage, milliseconds, atOnce: Math.min(slots, prompts.length) },
  };
}

/** The tokens that a model answers with. */
async function write(
  { engine: model, facts }: ServedModel,
  { engine, signal }: EvaluatePorts,
  {
    project,
    ...asked
  }: Pick<GenerateRequest, 'tokens' | 'maxTokens' | 'temperature' | 'seed'> & {
    readonly project: string;
  },
): Promise<number[]> {
  const request: GenerateRequest = {
    ...{ ...greedy, ...asked, scoresPrompt: false, stopTokens: facts.stopTokens, form: null },
  };
  const tokens: number[] = [];
  const options = { urgency: 'evaluation', project, signal } as const;
  for await (const { token } of engine.generate(model, request, options)) tokens.push(token);
  return tokens;
}

function shownPrompt({ line, cluster, messages }: Prompt): PromptRow {
  const system = messages.find(({ role }) => role === 'system')?.content;
  const prompt = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  return { line, ...(cluster && { cluster }), ...(system && { system }), prompt };
}
