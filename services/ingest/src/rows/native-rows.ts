import { openRowReader, type RowReader, type RowsFound } from '@lathe/row-reader/row-reader';
import type { PlainChats } from '@lathe/tokenizer/plain-chats';
import { characterNumbers } from '../clean/character-numbers.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import type { PackedLines } from './packed-lines.ts';
import { type ContentCheck, checkContents, mayBePlain } from './plain-rows.ts';
import type { RowLimits } from './row-task.ts';

/** Rows that were read in C, and which of the lines are not rows of these after all. */
type NativeRows = { readonly found: RowsFound; readonly refused: ReadonlySet<number> };

/** Reads the plain rows of some lines, the same as the reader of `createPlainReader` does. They are good until the next lines are read. */
type NativeReader = (lines: PackedLines) => NativeRows;

/** Readers live as long as what they are of. */
const readers = new WeakMap<PlainChats, RowReader | undefined>();

/** A reader in C of plain chats; undefined where set-up built none, or the lesson or the model's files are of another kind. */
export function createNativeReader(
  { plain: chats, check }: PlacedEncoder,
  task: { readonly lesson: Lesson; readonly limits: RowLimits },
): NativeReader | undefined {
  if (chats === undefined || !mayBePlain(task)) return undefined;
  const reader = readerOf(chats);
  if (reader === undefined) return undefined;
  const { limits } = task;
  const isClean = checkContents(chats, limits);
  const most = { bytes: limits.maxLineBytes, tokens: limits.maxTokens };
  return (lines) => {
    const found = reader.read(lines, most, {
      formOf: (roles) => formOf(roles, { chats, check }),
      character: characterNumbers,
    });
    return { found, refused: refusedRows(found, isClean) };
  };
}

function readerOf(chats: PlainChats): RowReader | undefined {
  if (readers.has(chats)) return readers.get(chats);
  const reader = open(chats);
  readers.set(chats, reader);
  return reader;
}

/** Whatever keeps C from reading rows, they are read here. */
function open(chats: PlainChats): RowReader | undefined {
  try {
    const words = chats.asciiWords();
    return words && openRowReader(words, chats);
  } catch (error) {
    process.emitWarning(`plain rows are not read in C: ${String(error)}`);
    return undefined;
  }
}

/** The form of conversations of these roles, where nothing is ever wrong with what its examples teach. */
function formOf(
  roles: string,
  { chats, check }: { readonly chats: PlainChats } & Pick<PlacedEncoder, 'check'>,
) {
  const form = chats.formOf(roles);
  const steps = form && chats.steps(form);
  if (form === undefined || steps === undefined) return undefined;
  // Steps end their targets behind all that messages say, so that a check sees the same of every conversation.
  const anyToken = 0;
  const examples = steps.map((all) => {
    const parts = all.map((step) => ({
      tokens: 'tokens' in step ? step.tokens : [anyToken],
      supervised: step.supervised ? 1 : 0,
    }));
    const targets = parts.flatMap(({ tokens, supervised }) => tokens.map(() => supervised));
    return {
      tokens: Int32Array.from(parts.flatMap(({ tokens }) => tokens)),
      supervised: Uint8Array.from([0, ...targets.slice(1)]),
    };
  });
  return examples.some((example) => check(example).length > 0) ? undefined : { form, steps };
}

function refusedRows({ questions }: RowsFound, isClean: ContentCheck): Set<number> {
  const refused = new Set<number>();
  for (const { row, about, content } of questions)
    if (!refused.has(row) && !isClean[about](content.toString('utf8'))) refused.add(row);
  return refused;
}
