import { toWireError } from '@lathe/contracts/error';
import { Handed } from '@lathe/platform/threads/serve-tasks';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { canonicalKind, type Lesson } from '../lesson/lesson.ts';
import { measureTexts } from '../pack/encoding.ts';
import { detectShape } from '../read/format/detect.ts';
import { UnsureShapeError } from '../read/unsure.ts';
import { openRowEncoder } from '../render/open-encoder.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { unpackLines } from './packed-lines.ts';
import { buffersOf, type PackedReads } from './packed-reads.ts';
import { readPacked } from './read-packed.ts';
import type { RowResults } from './row-results.ts';
import type { RowModel, RowTask } from './row-task.ts';
import { countWords, keepCutters, learnt } from './word-counts.ts';

/** Jobs whose encoders stay open, the latest ones. */
const keptEncoders = 4;

/** Works on tasks with rows, with encoders of its own: a thread's whole work. */
export function createRowWork(): (task: unknown) => Promise<unknown> {
  const encoders = new Map<string, Promise<PlacedEncoder>>();
  const encoderOf = async ({ session, ...model }: RowModel, lesson: Lesson) => {
    const key = `${session} ${lesson.task} ${canonicalKind(lesson)}`;
    const opened = encoders.get(key) ?? openRowEncoder(model, lesson);
    encoders.delete(key);
    encoders.set(key, opened);
    for (const oldest of encoders.keys()) if (encoders.size > keptEncoders) encoders.delete(oldest);
    return opened;
  };
  const cutters = keepCutters();
  return async (untyped) => {
    // It comes from this very process.
    const task = untyped as RowTask;
    switch (task.kind) {
      case 'detect':
        return detected(task);
      case 'open': {
        const { templateSha256 } = await encoderOf(task.model, task.lesson);
        return { templateSha256 };
      }
      case 'read': {
        const encoder = await encoderOf(task.model, task.lesson);
        const read = handed(readPacked(task.lines, encoder, task));
        // Nobody looks at the lines again, and bytes that wait to be collected make all of the heap be looked through.
        task.lines.bytes.buffer.transfer(0);
        return read;
      }
      case 'words':
        return countWords(unpackLines(task.lines), cutters.of(task), task);
      case 'learn':
        return learnt(task);
      case 'show': {
        const tokenizer = await loadTokenizer(task.folder);
        return task.sequences.map((tokens) => {
          const stream = tokenizer.stream();
          const texts = tokens.map((token) => stream.push(token));
          const rest = stream.end();
          return rest === '' ? texts : [...texts.slice(0, -1), `${texts.at(-1) ?? ''}${rest}`];
        });
      }
      case 'languages': {
        // Most threads are asked for none, and need not read its tables.
        const { languagesOf } = await import('../clean/languages.ts');
        return languagesOf(task.texts);
      }
      case 'counts': {
        const tokenizer = await loadTokenizer(task.folder);
        return task.texts.map((text) => tokenizer.encode(text).length);
      }
      case 'measure':
        return measureTexts(await loadTokenizer(task.folder), task.texts);
      case 'tokens':
        return (await loadTokenizer(task.folder)).encode(task.text);
    }
  };
}

/** An error that leaves a thread keeps its sentence alone. */
function detected({ sample, limits }: RowTask & { readonly kind: 'detect' }): RowResults['detect'] {
  try {
    return { shape: detectShape(sample, limits) };
  } catch (error) {
    if (!(error instanceof UnsureShapeError)) throw error;
    return { error: toWireError(error, 'looking at the first rows'), seen: error.seen };
  }
}

function handed(packed: PackedReads): Handed {
  return new Handed(packed, buffersOf(packed));
}
