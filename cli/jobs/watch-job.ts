import {
  type EventObject,
  type JobObject,
  jobObjectSchema,
} from '@lathe/contracts/http/fine-tuning';
import type { Api } from '../api/api.ts';
import { jobsPath } from '../api/job.ts';
import { jobEvents } from '../api/job-events.ts';
import type { Call } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import type { Printer } from '../terminal/printer.ts';
import { harmless, wrapText } from '../terminal/text-width.ts';
import { afterEvent, noProgress, type Progress, progressLine, progressLines } from './progress.ts';

/** How often what is drawn is drawn anew, and how often a line is written where every line stays. */
const drawMs = 100;
const lineMs = 5000;
/** How often the job is asked when it will be over. */
const askMs = 2000;

/**
 * Follows a job to its end, with its events as lines and, in a terminal, its progress below them; with `--json` each event as it is.
 * Resolves to the job as it ended. After Ctrl-C it says that the job goes on, and rejects.
 */
export async function watchJob(
  { err, isJson, json, signal, catchInterrupt }: Call,
  api: Api,
  id: string,
): Promise<JobObject> {
  catchInterrupt();
  const path = `${jobsPath}/${encodeURIComponent(id)}`;
  const board = createBoard(err);
  let finish: number | null = null;
  const asking = setInterval(() => {
    api.get(path, jobObjectSchema).then(
      (job) => {
        finish = job.estimated_finish;
        board.wait(job.lathe.queue);
      },
      // The stream of events says so, too, and is tried again.
      () => undefined,
    );
  }, askMs);
  const secondsLeft = (): number | null => (finish === null ? null : finish - Date.now() / 1000);
  const drawing = setInterval(() => board.draw(secondsLeft()), drawMs);
  try {
    const onLost = (): void =>
      board.say(err.paint.yellow('The connection was lost; trying again …'));
    for await (const event of jobEvents(api, id, { signal, onLost })) {
      if (isJson) json(event);
      else board.tell(event, secondsLeft());
    }
    return await api.get(path, jobObjectSchema);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandError(
      'interrupted',
      `Stopped watching; the job ${id} goes on. To see it again: lathe jobs watch ${id}; to end it: lathe jobs cancel ${id}.`,
    );
  } finally {
    clearInterval(asking);
    clearInterval(drawing);
    err.clear();
  }
}

type Board = {
  /** What a job waits for, by the job itself; null where it does not. */
  wait(queue: JobObject['lathe']['queue']): void;
  tell(event: EventObject, secondsLeft: number | null): void;
  say(text: string): void;
  draw(secondsLeft: number | null): void;
};

function createBoard(err: Printer): Board {
  let progress: Progress = noProgress;
  let waiting: string | null = null;
  let isNew = true;
  let written = Number.NEGATIVE_INFINITY;
  const say = (text: string): void => {
    for (const line of wrapText(text, err.width() - 1)) err.line(line);
    isNew = true;
  };
  return {
    say,
    wait(queue) {
      const now = queue === null ? null : waitingWords(queue);
      isNew ||= now !== waiting;
      waiting = now;
    },
    tell(event, secondsLeft) {
      // Of several alike, such as those of samples, one line is enough.
      const isAgain = event.message === progress.said;
      progress = afterEvent(progress, event);
      isNew = true;
      if (isAgain) return;
      if (isLine(event)) say(eventLine(event, err));
      else if (!err.isTerminal && performance.now() - written > lineMs) {
        err.line(event.type === 'metrics' ? progressLine(progress, secondsLeft) : event.message);
        written = performance.now();
      }
    },
    draw(secondsLeft) {
      if (!isNew || !err.isTerminal) return;
      isNew = false;
      const view = { columns: err.width(), paint: err.paint, secondsLeft };
      err.draw(waiting === null ? progressLines(progress, view) : [err.paint.dim(waiting)]);
    },
  };
}

/** `place 2 in line: …` of a job that waits. */
function waitingWords({ position, reason }: NonNullable<JobObject['lathe']['queue']>): string {
  return position === null ? reason : `place ${position} in line: ${reason}`;
}

/** Whether an event is worth a line that stays: figures are drawn, and what counts rows comes often. */
function isLine({ type, message, level }: EventObject): boolean {
  if (level !== 'info') return true;
  return type === 'message' && !/^(Evaluating|Scoring|Read) .*\d+ (rows|%)/.test(message);
}

/** An event as a line, painted by its level. */
export function eventLine({ level, message }: EventObject, { paint }: Printer): string {
  const text = harmless(message);
  if (level === 'error') return paint.red(text);
  return level === 'warn' ? paint.yellow(text) : text;
}
