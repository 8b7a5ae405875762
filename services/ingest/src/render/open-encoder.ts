import { LatheError } from '@lathe/contracts/error';
import type { EncodedRow, Room } from '@lathe/tokenizer/encoded-row';
import { endOfText } from '@lathe/tokenizer/end-token';
import { TokenizerError } from '@lathe/tokenizer/error';
import { checkRows } from '@lathe/tokenizer/fit';
import { textEncoders } from '@lathe/tokenizer/text-encoders';
import { openTextReader, type TextReader } from '@lathe/tokenizer/text-reader';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { canonicalKind, type FileKind, type Lesson, type TaskType } from '../lesson/lesson.ts';
import { chatEncoder, completionEncoder, promptEncoder, textEncoder } from './encode-generation.ts';
import { checkHidden } from './mask.ts';
import type { PlacedEncoder, RowEncoder } from './row-encoder.ts';
import { loadTemplate, withoutSource } from './template.ts';
import { type RowOf, textsEncoder } from './texts-encoder.ts';

type Opened = {
  readonly tokenizer: Tokenizer;
  readonly lesson: Lesson;
  /** Where the model's text files are, and its name for errors. */
  readonly folder: string;
  readonly name: string;
};

const read =
  <Kind extends FileKind>(
    kind: Kind,
    encode: (reader: TextReader, row: RowOf<Kind>, room: Room) => EncodedRow,
  ) =>
  async ({ folder, tokenizer }: Opened): Promise<RowEncoder> => {
    const reader = await openTextReader(folder, tokenizer);
    return textsEncoder(kind, (row, room) => encode(reader, row, room));
  };
const labelledEncoder = read('labelled', textEncoders.labelled);
const rewardEncoder = read('preference', textEncoders.reward);
const maskedEncoder = read('text', textEncoders.masked);

/** How the rows of each task become tokens. */
const encoders: Readonly<Record<TaskType, (opened: Opened) => Promise<RowEncoder>>> = {
  generation: writtenEncoder,
  preference: writtenEncoder,
  reward(opened) {
    const { rows, architecture } = opened.lesson;
    if (rows === 'labelled') return labelledEncoder(opened);
    return architecture === 'encoder' ? rewardEncoder(opened) : writtenEncoder(opened);
  },
  classification: labelledEncoder,
  'token-classification': read('tagged', textEncoders.tagged),
  'question-answering': read('question', textEncoders.question),
  embedding: read('related', textEncoders.related),
  'masked-lm': async (opened) => ({ ...(await maskedEncoder(opened)), check: checkHidden }),
};

/**
 * The encoder of a lesson's rows for the model in `folder`; `name` is its name for errors. Throws
 * `unsupported_model` when the model has no chat template or no end-of-text token and the rows need one.
 */
export async function openRowEncoder(
  { folder, name }: Pick<Opened, 'folder' | 'name'>,
  lesson: Lesson,
): Promise<PlacedEncoder> {
  const tokenizer = await openTokenizer(folder, name);
  const encoder = await encoders[lesson.task]({ tokenizer, lesson, folder, name });
  return { ...encoder, places: (text) => tokenizer.encodeWithOffsets(text).offsets };
}

async function writtenEncoder({ tokenizer, lesson, folder, name }: Opened): Promise<RowEncoder> {
  const kind = canonicalKind(lesson);
  if (kind === 'prompt') return promptEncoder(tokenizer, await loadTemplate(folder, name));
  if (kind === 'chat' || kind === 'preference' || kind === 'judged')
    return chatEncoder(tokenizer, await loadTemplate(folder, name));
  const eos = await endOfText(folder, tokenizer);
  if (eos !== undefined)
    return kind === 'text' ? textEncoder(tokenizer, eos) : completionEncoder(tokenizer, eos);
  throw new LatheError(
    'unsupported_model',
    `The model '${name}' names no end-of-text token, so what it writes would never end.`,
    { param: 'model' },
  );
}

/** The tokenizer of a folder. Throws `unsupported_model` for one that is larger than its model, or broken. */
async function openTokenizer(folder: string, model: string): Promise<Tokenizer> {
  try {
    const tokenizer = await loadTokenizer(folder);
    if (tokenizer.rows !== undefined) checkRows(tokenizer, tokenizer.rows);
    return tokenizer;
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new LatheError(
      'unsupported_model',
      `The model '${model}' cannot be trained: ${withoutSource(error)}.`,
      { param: 'model', cause: error },
    );
  }
}
