import type { Message } from '@lathe/contracts/artifact/dataset';
import type { Forgetting } from '@lathe/contracts/artifact/report';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { LatheError } from '@lathe/contracts/error';
import type { ServedModel } from '../../models/models.ts';
import type { HeldOutRow } from '../../texts/held-out.ts';
import { runEntrant, type TaskPorts, tasksFor } from '../contest.ts';
import type { EvaluateInput, EvaluatePorts } from '../evaluation.ts';
import { type Compared, forgettingOf, type GeneralAnswers } from './forgotten.ts';
import { generalPassages } from './passages.ts';
import { probeEvals } from './probe-evals.ts';
import { type GeneralQuestion, generalQuestions } from './questions.ts';

/**
 * Asks the base and the tuned model general questions, how likely they find general texts, and the evals that the job names: nothing is
 * known where the job wants none of it, or where neither can be asked. Of what could not be asked there is a note.
 */
export async function probeForgetting(
  input: EvaluateInput,
  ports: EvaluatePorts,
  { isGeneral }: { readonly isGeneral: boolean },
): Promise<{ readonly forgetting?: Forgetting; readonly notes: readonly string[] }> {
  const asked = isGeneral ? await askGenerally(input, ports) : undefined;
  const { evals, notes } = await probeEvals(input, ports);
  if (asked === undefined && evals.length === 0) return { notes };
  const forgetting = forgettingOf({ ...(asked ?? nothing), evals, seed: input.job.seed });
  return { forgetting, notes };
}

type General = Pick<Compared, 'questions' | 'tokens' | 'before' | 'after'>;

const unasked = { texts: [], losses: [] };
const nothing: General = { questions: [], tokens: [], before: unasked, after: unasked };

async function askGenerally(
  { job, base, tuned }: EvaluateInput,
  ports: EvaluatePorts,
): Promise<General | undefined> {
  const { settings, signal, texts } = ports;
  const { forgetting_questions: wanted, evaluation_rows: rows } = job.options;
  const most = wanted ?? Math.min(settings.forgettingQuestions, rows ?? Number.POSITIVE_INFINITY);
  const questions = generalQuestions.slice(0, most);
  if (questions.length === 0) return undefined;
  const limits = { answerSlack: settings.answerSlack, answerMost: settings.answerMost };
  const options = { texts, signal, project: job.project, limits };
  try {
    const passages = await passageTokens(base, options);
    const ask = async (model: ServedModel): Promise<GeneralAnswers | undefined> => {
      const answers = await answersOf(model, { questions, options }, ports);
      return answers && { texts: answers, losses: await lossesOf(model, passages, ports) };
    };
    const before = await ask(base);
    const after = before && (await ask(tuned));
    if (before === undefined || after === undefined) return undefined;
    return { questions, tokens: passages.map(({ tokens }) => tokens.length), before, after };
  } catch (error) {
    // A template or a vocabulary that does not take general texts is no reason to lose the report.
    if (!isRefusal(error)) throw error;
    ports.log.warn({ err: error }, 'the model cannot be asked general questions');
    return undefined;
  }
}

function isRefusal(error: unknown): boolean {
  if (error instanceof LatheError) return error.code === 'invalid_value';
  return error instanceof Error && error.name === 'TokenizerError';
}

/** Undefined where the questions do not fit the model's context. */
async function answersOf(
  model: ServedModel,
  {
    questions,
    options,
  }: { readonly questions: readonly GeneralQuestion[]; readonly options: TaskPorts },
  { engine, settings }: EvaluatePorts,
): Promise<string[] | undefined> {
  const rows = questions.map((question, at) => rowOf(model, question, at));
  const tasks = await tasksFor(model, rows, { ...options, shots: [] });
  if (tasks === null) return undefined;
  const { answers } = await runEntrant(
    { name: 'base', model, shots: 0, tasks },
    { engine, ...options, slots: settings.evaluationSlots, onAnswer: () => {} },
  );
  return answers.map(({ text }) => text);
}

function rowOf(
  { style }: ServedModel,
  { question, answers: [expected = ''] }: GeneralQuestion,
  at: number,
): HeldOutRow {
  const content = style === 'chat' ? question : `Question: ${question}\nAnswer:`;
  const context: Message[] = [{ role: 'user', content }];
  const messages: Message[] = [...context, { role: 'assistant', content: expected }];
  const row = { kind: 'chat' as const, line: at + 1, messages };
  return { line: row.line, context, expected, row, examples: [] };
}

/** The passages in tokens, those that fit the model's context. */
async function passageTokens(
  { name, room, task, texts: folder }: ServedModel,
  { texts, ...options }: TaskPorts,
): Promise<ShardExample[]> {
  const model = { name, style: 'completion', room, task, folder } as const;
  const found: ShardExample[] = [];
  for (const [at, completion] of generalPassages.entries()) {
    const row = { kind: 'completion' as const, line: at + 1, prompt: '', completion };
    const asked = { row, context: [], expected: '', isScored: true } as const;
    const tokens = await texts.rows(model, { rows: [asked], shots: [] }, options);
    found.push(...(tokens?.flatMap(({ examples }) => examples ?? []) ?? []));
  }
  return found;
}

async function lossesOf(
  { engine: model }: ServedModel,
  passages: readonly ShardExample[],
  { engine, signal }: EvaluatePorts,
): Promise<number[]> {
  if (passages.length === 0) return [];
  const { logProbabilities } = await engine.score(model, passages, signal);
  return Array.from(logProbabilities, (value) => -value);
}
