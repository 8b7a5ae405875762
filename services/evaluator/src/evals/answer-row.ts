import { createHash } from 'node:crypto';
import type { EvalItem } from '@lathe/contracts/artifact/eval-item';
import { LatheError } from '@lathe/contracts/error';
import type { EvalRow, ItemSample } from '@lathe/contracts/http/eval-run';
import type { Asking, EvalRunRecord, RunTally } from '@lathe/contracts/record/eval-run';
import { GradingFault } from '@lathe/graders/fault';
import { askChat, type ChatAnswer, type RunAsker } from './ask.ts';
import { type GradePorts, gradeRow } from './grade-row.ts';
import { messagesOf, RowFault } from './messages.ts';
import type { PlacedRow } from './rows.ts';
import { addUsage } from './tally.ts';

type Ports = GradePorts & { readonly now: () => number };
type Usage = RunTally['usage'];

/** What there is to judge: the answer, what else is known of it, and how it is told. */
type Answered = {
  /** null: there is none. */
  readonly answer: string | null;
  readonly sample: Record<string, unknown>;
  readonly told: ItemSample;
  readonly usage: Usage;
};

/**
 * A row with its answer and what each criterion says of it. The same row of the same run is answered in the same way
 * whenever it is answered: where nothing names a seed, it follows from both. What fails for the row's own sake is told in
 * the item; throws what is no fault of the row, and the signal's reason.
 */
export async function answerRow(
  ports: Ports,
  run: EvalRunRecord,
  { row, signal }: { readonly row: PlacedRow; readonly signal: AbortSignal },
): Promise<EvalItem> {
  const { project, requestId, asking } = run;
  const asker = { project, requestId, signal, seed: seedOf(run.id, row.index) };
  const {
    told,
    usage: asked,
    ...given
  } = asking === null ? broughtAlong(row) : await askedFor(ports, asker, { asking, row });
  const results: EvalItem['results'] = [];
  let usage = asked;
  // Where there is no answer there is nothing to judge.
  for (const grader of told.error === null ? run.criteria : []) {
    const graded = await gradeRow(ports, asker, { grader, answered: { item: row.item, ...given } });
    results.push(graded.result);
    usage = addUsage(usage, graded.usage);
  }
  const isError = told.error !== null || results.some(({ error }) => error !== undefined);
  const isPass = results.every(({ passed }) => passed);
  return {
    version: 1,
    index: row.index,
    createdAt: Math.floor(ports.now() / 1000),
    status: isError ? 'error' : isPass ? 'pass' : 'fail',
    item: row.item,
    ...{ results, sample: told, usage },
  };
}

function seedOf(runId: string, index: number): number {
  return createHash('sha256').update(`${runId} ${index}`).digest().readUInt32BE(0) >>> 1;
}

const noTokens = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 };

/** The answer that a row brings along: its text as such, or that of a chat completion. */
function broughtAlong({ sample }: EvalRow): Answered {
  const given = sample ?? {};
  const answer = textIn(given);
  return {
    answer,
    sample: given,
    usage: [],
    told: {
      input: [],
      output: answer === null ? [] : [{ role: 'assistant', content: answer }],
      ...{ finish_reason: '', model: '', usage: noTokens, error: null },
      ...{ seed: null, temperature: null, top_p: null, max_completion_tokens: null },
    },
  };
}

type Choices = readonly { readonly message?: { readonly content?: unknown } }[];

function textIn(sample: Record<string, unknown>): string | null {
  if (typeof sample.output_text === 'string') return sample.output_text;
  const choices = Array.isArray(sample.choices) ? (sample.choices as Choices) : [];
  const content = choices[0]?.message?.content;
  return typeof content === 'string' ? content : null;
}

async function askedFor(
  ports: Ports,
  asker: RunAsker,
  { asking, row }: { readonly asking: Asking; readonly row: EvalRow },
): Promise<Answered> {
  const { chat } = asking;
  const settings = {
    model: chat.model,
    seed: chat.seed ?? asker.seed,
    temperature: chat.temperature,
    top_p: chat.topP,
    max_completion_tokens: chat.maxTokens,
  };
  let input: ItemSample['input'] = [];
  try {
    const messages = messagesOf(asking.messages, row.item);
    input = messages;
    const { text, calls, finishReason, usage } = await askChat(ports, asker, { ...chat, messages });
    const { model_name: _, invocation_count: __, ...tokens } = usage;
    const output = { role: 'assistant', content: text, ...withCalls('tool_calls', calls) };
    return {
      answer: text,
      sample: withCalls('output_tools', calls),
      told: {
        ...{ input, output: [output], finish_reason: finishReason, error: null },
        ...{ ...settings, usage: tokens },
      },
      usage: [usage],
    };
  } catch (error) {
    asker.signal.throwIfAborted();
    const told = faultOf(error);
    if (told === undefined) throw error;
    return {
      ...{ answer: null, sample: {}, usage: [] },
      told: { ...settings, input, output: [], finish_reason: '', usage: noTokens, error: told },
    };
  }
}

function withCalls(name: string, calls: ChatAnswer['calls']): Record<string, unknown> {
  return calls.length === 0 ? {} : { [name]: calls };
}

/** What the row is at fault for; undefined for what may succeed at another time. */
function faultOf(error: unknown): ItemSample['error'] | undefined {
  if (error instanceof GradingFault || error instanceof RowFault)
    return { code: 'invalid_value', message: error.message };
  if (!(error instanceof LatheError) || error.retryable) return undefined;
  return { code: error.code, message: error.message };
}
