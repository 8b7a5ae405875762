import type { Prediction } from '@lathe/contracts/message/prediction';
import type { GeneratedToken } from '@lathe/engine/generator';
import type { Asker } from '../engine/engine.ts';
import type { AnsweredRow } from './held-out.ts';
import type {
  AnsweredInput,
  AnswerLimits,
  AskedRow,
  ModelFacts,
  PreparedChat,
  PreparedCompletion,
  PreparedInputs,
  PreparedQuestion,
  PushedToken,
  RowToAsk,
  TextModel,
  TextResults,
  TextTask,
} from './text-task.ts';

/** The text of an answer in the making. */
export type AnswerText = {
  push(token: GeneratedToken, wantsLogprob: boolean): Promise<PushedToken>;
  /** What was held back until the end. */
  end(): Promise<string>;
  close(): void;
};

/** Texts and tokens: everything that may take long is done in threads, and never on the event loop. */
export type Texts = {
  /** Facts of a model folder, read anew. Throws what `openModelKit` throws. */
  facts(folder: string): Promise<ModelFacts>;
  /** Throws NotFiniteWeightsError, by its name, when the folder's weights hold NaN or infinity. */
  checkWeights(folder: string): Promise<void>;
  forget(folder: string): void;
  /** Throws what `prepareChat` throws. */
  chat(model: TextModel, body: Uint8Array, asker: Asker): Promise<PreparedChat>;
  /** Throws what `prepareCompletion` throws. */
  completion(model: TextModel, body: Uint8Array, asker: Asker): Promise<PreparedCompletion>;
  /** Throws what `prepareInputs` throws. */
  inputs(model: TextModel, body: Uint8Array, asker: Asker): Promise<PreparedInputs>;
  /** Throws what `prepareQuestion` throws. */
  question(model: TextModel, body: Uint8Array, asker: Asker): Promise<PreparedQuestion>;
  /** As `readAnswers` says. */
  answers(
    model: TextModel,
    of: {
      readonly options: PreparedQuestion['options'];
      readonly inputs: readonly AnsweredInput[];
    },
    asker: Asker,
  ): Promise<readonly Prediction[]>;
  /** As `askRows` says. */
  rows(
    model: TextModel,
    rows: { readonly rows: readonly RowToAsk[]; readonly shots: readonly AnsweredRow[] },
    options: Asker & { readonly limits: AnswerLimits },
  ): Promise<AskedRow[] | null>;
  /** `withCalls`: with the control tokens that calls of tools are written with. */
  decode(folder: string, tokens: readonly number[], withCalls?: boolean): Promise<string>;
  answer(folder: string, withCalls?: boolean): Promise<AnswerText>;
};

/** Where tasks are done: what takes no time at once, the rest one after another, projects in turns. */
export type TextThreads = {
  quick(task: TextTask): Promise<unknown>;
  slow(task: TextTask, size: number, asker: Asker): Promise<unknown>;
  /** What takes minutes, and nobody waits for. */
  long(task: TextTask): Promise<unknown>;
  /** Tells all of them. */
  all(task: TextTask): void;
};

/** Their answers take more than their numbers tell. */
const slowToRead: ReadonlySet<string> = new Set(['question-answering', 'fill-mask']);

/** Rows of a held-out set that are worked on at a time, so that others have a turn between. */
const rowsAtOnce = 16;

/** Texts over threads. A request of at most `quickBytes` is worked on at once where nothing in it takes long. */
export function createTexts(threads: TextThreads, quickBytes: number): Texts {
  let lastStream = 0;

  async function quick<Kind extends TextTask['kind']>(task: TextTask & { readonly kind: Kind }) {
    return (await threads.quick(task)) as TextResults[Kind];
  }
  async function prepare<Kind extends 'chat' | 'completion' | 'inputs' | 'question'>(
    kind: Kind,
    { model, body }: { readonly model: TextModel; readonly body: Uint8Array },
    asker: Asker,
  ): Promise<Exclude<TextResults[Kind], 'left'>> {
    const task = { kind, model, body };
    const first =
      body.length > quickBytes ? 'left' : await threads.quick({ ...task, isQuick: true });
    const result =
      first === 'left'
        ? await threads.slow({ ...task, isQuick: false }, body.length, asker)
        : first;
    return result as Exclude<TextResults[Kind], 'left'>;
  }

  return {
    facts: (folder) => {
      // What the other threads know of the folder may be out of date, too.
      threads.all({ kind: 'forget', folder });
      return quick({ kind: 'facts', folder, isFresh: true });
    },
    async checkWeights(folder) {
      await threads.long({ kind: 'weights', folder });
    },
    forget: (folder) => threads.all({ kind: 'forget', folder }),
    chat: (model, body, asker) => prepare('chat', { model, body }, asker),
    completion: (model, body, asker) => prepare('completion', { model, body }, asker),
    inputs: (model, body, asker) => prepare('inputs', { model, body }, asker),
    question: (model, body, asker) => prepare('question', { model, body }, asker),
    async answers(model, { options, inputs }, asker) {
      const size = inputs
        .flatMap(({ results }) => results)
        .reduce((sum, { byteLength }) => sum + byteLength, 0);
      const task = { kind: 'answers', model, options, inputs } as const;
      // A few numbers are read at once.
      const isQuick = size <= quickBytes && !slowToRead.has(options.kind);
      const made = isQuick ? await threads.quick(task) : await threads.slow(task, size, asker);
      return made as TextResults['answers'];
    },
    async rows(model, { rows, shots }, { limits, ...asker }) {
      const asked: AskedRow[] = [];
      for (let at = 0; at < rows.length; at += rowsAtOnce) {
        const some = rows.slice(at, at + rowsAtOnce);
        const task = { kind: 'rows', model, rows: some, shots, limits } as const;
        const part = (await threads.slow(task, sizeOf(some), asker)) as TextResults['rows'];
        if (part === null) return null;
        asked.push(...part);
      }
      return asked;
    },
    decode: (folder, tokens, withCalls = false) =>
      quick({ kind: 'decode', folder, tokens, withCalls }),
    async answer(folder, withCalls = false) {
      const stream = ++lastStream;
      await quick({ kind: 'begin', stream, folder, withCalls });
      return {
        push: (token, wantsLogprob) => quick({ kind: 'push', stream, token, wantsLogprob }),
        end: () => quick({ kind: 'end', stream }),
        close: () => threads.all({ kind: 'close', stream }),
      };
    },
  };
}

/** About how many letters the rows have. */
function sizeOf(rows: readonly RowToAsk[]): number {
  let size = 0;
  for (const { context, expected } of rows) {
    size += expected.length;
    for (const { content } of context) size += content.length;
  }
  return size;
}
