import type { Message } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { ServerAnswer } from '@lathe/platform/model-servers/answer';
import { askServer } from '@lathe/platform/model-servers/ask';
import { shownCalls } from '../../texts/calls.ts';
import type { HeldOutRow } from '../../texts/held-out.ts';
import type { InvitedServer } from '../evaluation.ts';
import type { ModelAnswers } from '../judge/judge.ts';
import type { WrittenAnswer } from '../judge/task-contest.ts';
import { callsReport, judgeRead } from '../judge-answer.ts';

/** A held-out row as a server is asked it. */
export type ServerTask = {
  readonly row: HeldOutRow;
  /** Of the tuned model's tokens; other models need about as many. */
  readonly maxTokens: number;
};

export type ServerPorts = {
  readonly settings: {
    /** Rows that are asked at a time. */
    readonly serverSlots: number;
    /** Longest time of all rows together. */
    readonly serverContestMs: number;
    readonly serverTimeoutMs: number;
    readonly serverAttempts: number;
  };
  readonly signal: AbortSignal;
  /** Called after each answer with how many there are now. */
  readonly onAnswer: (done: number) => void;
};

/** How a model behind a server is called in the report. */
export function serverName({ server, model }: InvitedServer): `model ${string}` {
  return `model ${model} at ${server.url}`;
}

/**
 * Asks a model behind a server every row, greedily, each in its own messages; a note why it takes no part where one of them
 * cannot be asked. Its loss is not known. Throws the signal's reason.
 */
export async function askServerRows(
  invited: InvitedServer,
  tasks: readonly ServerTask[],
  ports: ServerPorts,
): Promise<ModelAnswers<WrittenAnswer> | { readonly note: string }> {
  const { settings, signal } = ports;
  const ending = new AbortController();
  const tooLate = AbortSignal.timeout(settings.serverContestMs);
  const asking = { ...ports, signal: AbortSignal.any([signal, tooLate, ending.signal]) };
  const answers: ServerAnswer[] = [];
  let failure: { readonly line: number; readonly error: unknown } | undefined;
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks.length && failure === undefined) {
      const index = next++;
      const task = tasks[index] as ServerTask;
      try {
        answers[index] = await askRow(invited, task, asking);
      } catch (error) {
        failure ??= { line: task.row.line, error };
        ending.abort();
        return;
      }
      ports.onAnswer(++done);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: settings.serverSlots }, lane));
  signal.throwIfAborted();
  if (failure !== undefined) {
    const { line, error } = failure;
    if (!tooLate.aborted && !(error instanceof LatheError)) throw error;
    const why = tooLate.aborted
      ? `it did not answer all rows within ${settings.serverContestMs / 60_000} minutes`
      : `line ${line} could not be asked. ${(error as LatheError).message}`;
    return { note: `The ${serverName(invited)} took no part: ${why}` };
  }
  const milliseconds = performance.now() - begun;
  const atOnce = Math.min(settings.serverSlots, tasks.length);
  return judged(invited, { tasks, answers, milliseconds, atOnce });
}

async function askRow(
  { server, model }: InvitedServer,
  { row: { row, context }, maxTokens }: ServerTask,
  { settings, signal }: ServerPorts,
): Promise<ServerAnswer> {
  const tools = row.kind === 'chat' ? row.tools : undefined;
  const { serverTimeoutMs: timeoutMs, serverAttempts: attempts } = settings;
  return askServer(
    server,
    { model, messages: context.map(sentMessage), maxTokens, tools },
    { timeoutMs, attempts, signal, param: 'lathe.contestants' },
  );
}

/** Which answers are trained on is nothing that OpenAI's message has. */
function sentMessage({ weight: _, ...message }: Message): object {
  return message;
}

function judged(
  invited: InvitedServer,
  found: {
    readonly tasks: readonly ServerTask[];
    readonly answers: readonly ServerAnswer[];
    readonly milliseconds: number;
    readonly atOnce: number;
  },
): ModelAnswers<WrittenAnswer> {
  const { tasks, answers, milliseconds, atOnce } = found;
  const results = tasks.map(({ row: heldOut }, at) => {
    const { text = '', calls = [] } = answers[at] ?? {};
    const shown = [text.trim(), shownCalls(calls)].filter((part) => part !== '').join('\n');
    const { expected, row, calls: wanted = [] } = heldOut;
    const hasTools = row.kind === 'chat' && row.tools !== undefined;
    const read = { text, calls: calls.map((call) => call.function) };
    const gold = { expected, ...(hasTools && { calls: wanted.map((call) => call.function) }) };
    return { shown, ...judgeRead(gold, read) };
  });
  const toolCalls = callsReport(results);
  const counted = answers.flatMap(({ usage }) => usage ?? []);
  const sum = (which: 'promptTokens' | 'answerTokens') =>
    counted.reduce((all, usage) => all + usage[which], 0);
  const usage = {
    ...{ answers: answers.length, milliseconds, atOnce },
    // Of a server that does not count all tokens there are no figures that could stand beside the others'.
    ...(counted.length === answers.length && {
      ...{ promptTokens: sum('promptTokens'), answerTokens: sum('answerTokens') },
    }),
  };
  return {
    ...{ name: serverName(invited), model: invited.model, shots: 0 },
    ...{ loss: null, supervisedTokens: 0 },
    ...(toolCalls && { toolCalls }),
    usage,
    answers: results.map(({ shown, isRight, outcome }) =>
      outcome === undefined ? { text: shown } : { text: shown, isRight },
    ),
  };
}
