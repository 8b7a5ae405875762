import {
  type CompletionColumns,
  openRowReader,
  type RowReader,
  type RowsFound,
} from '@lathe/row-reader/row-reader';
import type { PlainChats } from '@lathe/tokenizer/plain-chats';
import type { PlainCompletions } from '@lathe/tokenizer/plain-completions';
import { characterNumbers } from '../clean/character-numbers.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import type { PackedLines } from './packed-lines.ts';
import { plainColumns } from './plain-columns.ts';
import { type ContentCheck, checkContents, mayBePlain } from './plain-rows.ts';
import type { RowLimits } from './row-task.ts';

/** Rows that were read in C, and which of the lines are not rows of these after all. */
type NativeRows = { readonly found: RowsFound; readonly refused: ReadonlySet<number> };

/** Reads the plain rows of some lines, the same as the reader of `createPlainReader` does. They are good until the next lines are read. */
type NativeReader = (lines: PackedLines) => NativeRows;

/** What rows of some roles become, step by step. */
type KnownForm = NonNullable<ReturnType<Parameters<RowReader['read']>[2]['formOf']>>;

/** What rows of a lesson are read by in C. */
type NativeForms = {
  /** What readers are kept for. */
  readonly of: PlainChats | PlainCompletions;
  readonly columns?: CompletionColumns;
  formOf(roles: string): KnownForm | undefined;
};

/** Readers live as long as what they are of; the columns of completions may be called otherwise in the next file. */
const readers = new WeakMap<
  PlainChats | PlainCompletions,
  { readonly columns: string; readonly reader: RowReader | undefined }
>();

/**
 * A reader in C of plain chats, or of prompts with completions; undefined where set-up built none, or the lesson or the model's files are of
 * another kind.
 */
export function createNativeReader(
  encoder: PlacedEncoder,
  task: { readonly lesson: Lesson; readonly limits: RowLimits },
): NativeReader | undefined {
  const forms = formsOf(encoder, task);
  if (forms === undefined) return undefined;
  const reader = readerOf(forms);
  if (reader === undefined) return undefined;
  const { limits } = task;
  const isClean = checkContents(forms.of, limits);
  const most = { bytes: limits.maxLineBytes, tokens: limits.maxTokens };
  return (lines) => {
    const known = { formOf: forms.formOf, character: characterNumbers };
    const found = reader.read(lines, most, known);
    return { found, refused: refusedRows(found, isClean) };
  };
}

function formsOf(
  { plain: chats, plainCompletions: completions, check }: PlacedEncoder,
  task: { readonly lesson: Lesson; readonly limits: RowLimits },
): NativeForms | undefined {
  if (chats !== undefined && mayBePlain(task))
    return { of: chats, formOf: (roles) => formOf(roles, { chats, check }) };
  const columns = plainColumns(task);
  if (completions === undefined || columns === undefined) return undefined;
  const { steps } = completions;
  if (!isEverRight([steps], check)) return undefined;
  const form = { form: anyTexts, steps: [steps] };
  return { of: completions, columns, formOf: () => form };
}

/** Whatever a prompt and a completion say, they are encoded in the same way. */
const anyTexts: KnownForm['form'] = {
  ...{ messages: 2, examples: [], tight: [], lacking: [], notFirst: [], notLast: [] },
  ...{ isOfAscii: false, asksTime: false },
};

function readerOf(forms: NativeForms): RowReader | undefined {
  const columns = JSON.stringify(forms.columns ?? null);
  const known = readers.get(forms.of);
  if (known?.columns === columns) return known.reader;
  const reader = open(forms);
  readers.set(forms.of, { columns, reader });
  return reader;
}

/** Whatever keeps C from reading rows, they are read here. */
function open({ of, columns }: NativeForms): RowReader | undefined {
  try {
    const words = of.asciiWords();
    // Of completions only what holds a whole special token is told.
    const specials = { tokens: of.specialTokens, areJoined: columns === undefined };
    return words && openRowReader(words, specials, columns);
  } catch (error) {
    process.emitWarning(`plain rows are not read in C: ${String(error)}`);
    return undefined;
  }
}

/** The form of conversations of these roles, where nothing is ever wrong with what its examples teach. */
function formOf(
  roles: string,
  { chats, check }: { readonly chats: PlainChats } & Pick<PlacedEncoder, 'check'>,
): KnownForm | undefined {
  const form = chats.formOf(roles);
  const steps = form && chats.steps(form);
  if (form === undefined || steps === undefined || !isEverRight(steps, check)) return undefined;
  return { form, steps };
}

/** Whether a check never finds anything: steps end their targets behind all that texts say, so that it sees the same of every row. */
function isEverRight(steps: KnownForm['steps'], check: PlacedEncoder['check']): boolean {
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
  return examples.every((example) => check(example).length === 0);
}

function refusedRows({ questions }: RowsFound, isClean: ContentCheck): Set<number> {
  const refused = new Set<number>();
  for (const { row, about, content } of questions)
    if (!refused.has(row) && !isClean[about](content.toString('utf8'))) refused.add(row);
  return refused;
}
