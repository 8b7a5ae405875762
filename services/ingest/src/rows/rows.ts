import type { Logger } from '@lathe/platform/log';
import { createThreadPool } from '@lathe/platform/threads/thread-pool';
import type { TokenizerPlan } from '@lathe/tokenizer/tokenizer-plan';
import { openRowFinders, type RowFinders } from '../clean/row-finders.ts';
import type { Shape } from '../lesson/decide.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { MeasureTexts } from '../pack/encoding.ts';
import type { Sample } from '../read/format/detect.ts';
import type { Line } from '../read/lines.ts';
import { UnsureShapeError } from '../read/unsure.ts';
import type { PackedLines } from './packed-lines.ts';
import { unpackReads } from './packed-reads.ts';
import type { RowResults } from './row-results.ts';
import type { RowLimits, RowModel, RowsRead, RowTask, TextLimits } from './row-task.ts';
import type { WordCounts } from './word-counts.ts';

/** Rows of one job: what takes long is done in threads, and never on the event loop. */
export type Rows = {
  /** Throws what `detectShape` throws. */
  detect(sample: Sample, limits: Pick<RowLimits, 'maxLineBytes' | 'maxDepth'>): Promise<Shape>;
  /** Throws what `openRowEncoder` throws. */
  open(lesson: Lesson): Promise<RowResults['open']>;
  /** What is read of each line, whose buffer is handed over; `errors` were found in the lines before. */
  read(
    lesson: Lesson,
    lines: PackedLines,
    options: { readonly limits: RowLimits; readonly errors: number },
  ): Promise<RowsRead>;
  /** How often words stand in the texts of lines that are right; their buffer is handed over. */
  words(
    lesson: Lesson,
    lines: PackedLines,
    options: { readonly plan: TokenizerPlan; readonly limits: TextLimits },
  ): Promise<WordCounts>;
  /** A tokenizer.json with so many tokens. Throws `invalid_value` where the words do not give as many. */
  learn(
    plan: TokenizerPlan,
    counts: ReadonlyMap<string, number>,
    size: number,
  ): Promise<RowResults['learn']>;
  /** A text in tokens of the model. */
  tokens(text: string): Promise<readonly number[]>;
  /** How many tokens of the model each text has. */
  counts(texts: readonly string[]): Promise<readonly number[]>;
  /** What the model's tokenizer is, and what it makes of the texts together. */
  measure: MeasureTexts;
  /** The language of each text, '' where it cannot be told. */
  languages(texts: readonly string[]): Promise<readonly string[]>;
  /** The text that each token of each sequence adds. */
  show(sequences: readonly (readonly number[])[]): Promise<readonly string[][]>;
  /** What looks at stored rows on the thread that calls it; undefined where that is done in JavaScript. */
  readonly finders?: RowFinders | undefined;
};

/** Longest time for some lines. */
const taskMs = 600_000;

/** The threads of ingest. */
export type RowThreads = {
  run(task: RowTask, project: string, signal: AbortSignal): Promise<unknown>;
  stop(): Promise<void>;
  readonly finders?: RowFinders | undefined;
};

/** Threads for so many jobs at a time; not `isNative`: all rows are read in JavaScript. */
export function startRowThreads(
  jobs: number,
  log: Logger,
  { isNative = true }: { readonly isNative?: boolean } = {},
): RowThreads {
  const program = new URL('./row-thread.ts', import.meta.url);
  // A project alone has half of the threads, and one more.
  const pool = createThreadPool(2 * jobs - 1, { program, name: 'rows', taskMs, log });
  return {
    run: (task, project, signal) => {
      const buffers = 'lines' in task ? [task.lines.bytes.buffer] : [];
      const given = task.kind === 'read' && !isNative ? { ...task, isNative } : task;
      return pool.run({ project, size: sizeOf(task), task: given, buffers, signal });
    },
    stop: () => pool.stop(),
    finders: isNative ? openRowFinders() : undefined,
  };
}

/** The rows of a job of that project for a model. */
export function rowsOf(
  threads: RowThreads,
  model: RowModel,
  { project, signal }: { readonly project: string; readonly signal: AbortSignal },
): Rows {
  async function run<Kind extends RowTask['kind']>(task: RowTask & { readonly kind: Kind }) {
    return (await threads.run(task, project, signal)) as RowResults[Kind];
  }
  return {
    detect: async (sample, limits) => {
      const lines = sample.lines.map(compact);
      const found = await run({ kind: 'detect', sample: { ...sample, lines }, limits });
      if ('error' in found) throw new UnsureShapeError(found.error, found.seen);
      return found.shape;
    },
    open: (lesson) => run({ kind: 'open', model, lesson }),
    read: async (lesson, lines, options) =>
      unpackReads(await run({ kind: 'read', model, lesson, lines, ...options })),
    words: (lesson, lines, options) =>
      run({ kind: 'words', session: model.session, lesson, lines, ...options }),
    learn: (plan, counts, size) => run({ kind: 'learn', plan, counts, size }),
    show: (sequences) => run({ kind: 'show', folder: model.folder, sequences }),
    counts: (texts) => run({ kind: 'counts', folder: model.folder, texts }),
    measure: (texts) => run({ kind: 'measure', folder: model.folder, texts }),
    languages: (texts) => run({ kind: 'languages', texts }),
    tokens: (text) => run({ kind: 'tokens', folder: model.folder, text }),
    finders: threads.finders,
  };
}

/** A view would be sent with all that it is a view on. */
function compact(line: Line): Line {
  return 'bytes' in line ? { ...line, bytes: Uint8Array.from(line.bytes) } : line;
}

function sizeOf(task: RowTask): number {
  if ('lines' in task) return 1 + task.lines.bytes.length;
  let size = 1;
  if (task.kind !== 'detect') return size;
  for (const line of task.sample.lines) if ('bytes' in line) size += line.bytes.length;
  return size;
}
