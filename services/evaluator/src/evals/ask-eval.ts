import { LatheError } from '@lathe/contracts/error';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import { type AskedRun, newestAskedRun } from '@lathe/platform/records/asked-run';
import type { AskEval, EvalAnswers } from '../contest/evaluation.ts';
import type { ServedModel } from '../models/models.ts';
import { answerRow } from './answer-row.ts';
import { type PlacedRow, readRows } from './rows.ts';
import type { RunPorts } from './run-ports.ts';

type Ports = Omit<RunPorts, 'server'> & Pick<Records, 'evals'>;

type Asked = Parameters<AskEval>[0];
type Asking = Parameters<AskEval>[1];

/**
 * Asks models the rows of an eval as its newest run in which a model was asked does it, and judges them by the same criteria: rows
 * from all over it where there are more than `mostRows`, each with the same seed whichever model is asked. What can be asked at no time
 * is a note; throws what may succeed at another time, and the signal's reason.
 */
export async function askEval(
  ports: Ports,
  { project, evalId, models, mostRows }: Asked,
  { signal, onProgress }: Asking,
): Promise<EvalAnswers> {
  const left = (why: string) => ({ note: `The eval ${evalId} was not asked: ${why}` });
  const found = await ports.evals.get(recordKey(project, evalId));
  if (found === null) return left('it was deleted.');
  const { name } = found.value;
  const run = await newestAskedRun(ports, project, evalId);
  if (run === undefined) return left('there is no run of it any more in which a model was asked.');
  try {
    const rows = await someRows(ports, run, { mostRows, signal });
    const passed: (boolean | undefined)[][] = [];
    for (const model of models) {
      const who = `${model.name} on the eval ${name || evalId}`;
      const onRow = (done: number): void => onProgress(who, done, rows.length);
      passed.push(await askModel(ports, run, { model, rows, signal, onRow }));
    }
    return { name, runId: run.id, lines: rows.map(({ index }) => index + 1), passed };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LatheError) || error.retryable) throw error;
    return left(error.message);
  }
}

/** So many rows, as far apart as they can be; they are read twice, since how many there are is not known before. */
async function someRows(
  ports: Ports,
  run: AskedRun,
  { mostRows, signal }: Pick<Asked, 'mostRows'> & Pick<Asking, 'signal'>,
): Promise<PlacedRow[]> {
  let total = 0;
  for await (const _ of readRows(ports, run)) {
    signal.throwIfAborted();
    total++;
  }
  const wanted = Math.min(mostRows, total);
  const chosen: PlacedRow[] = [];
  for await (const row of readRows(ports, run)) {
    signal.throwIfAborted();
    if (row.index === Math.floor((chosen.length * total) / wanted)) chosen.push(row);
    if (chosen.length === wanted) break;
  }
  return chosen;
}

type ModelAsked = Pick<Asking, 'signal'> & {
  readonly model: ServedModel;
  readonly rows: readonly PlacedRow[];
  readonly onRow: (done: number) => void;
};

async function askModel(
  ports: Ports,
  run: AskedRun,
  { model, rows, signal: stopped, onRow }: ModelAsked,
): Promise<(boolean | undefined)[]> {
  const { settings, models } = ports;
  const { chat, messages } = run.asking;
  const maxTokens = Math.min(chat.maxTokens ?? settings.evalProbeTokens, settings.evalProbeTokens);
  const own = { ...run, asking: { messages, chat: { ...chat, model: model.name, maxTokens } } };
  // The tuned model has its name only when the job is over.
  const find: typeof models.find = async (project, name) =>
    name === model.name ? model : models.find(project, name);
  const asking = { ...ports, models: { ...models, find } };
  const failed = new AbortController();
  const signal = AbortSignal.any([stopped, failed.signal]);
  const passed: (boolean | undefined)[] = rows.map(() => undefined);
  let done = 0;
  const waiting = rows.entries();
  const worker = async (): Promise<void> => {
    for (const [at, row] of waiting) {
      const { status } = await answerRow(asking, own, { row, signal });
      passed[at] = status === 'error' ? undefined : status === 'pass';
      onRow(++done);
    }
  };
  const workers = Array.from({ length: settings.evalRowSlots }, () =>
    worker().catch((error: unknown) => failed.abort(error)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  return passed;
}
