import { LatheError } from '@lathe/contracts/error';
import { endOfText } from '@lathe/tokenizer/end-token';
import { TokenizerError } from '@lathe/tokenizer/error';
import { checkRows } from '@lathe/tokenizer/fit';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { canonicalKind, type Lesson, type TaskType } from '../lesson/lesson.ts';
import { chatEncoder, completionEncoder, textEncoder } from './encode-generation.ts';
import { labelledEncoder } from './encode-labelled.ts';
import { maskedEncoder } from './encode-masked.ts';
import { questionEncoder } from './encode-question.ts';
import { relatedEncoder } from './encode-related.ts';
import { rewardEncoder } from './encode-reward.ts';
import { taggedEncoder } from './encode-tagged.ts';
import type { RowEncoder } from './row-encoder.ts';
import { loadTemplate, withoutSource } from './template.ts';
import { openTextReader, type TextReader } from './text-reader.ts';

type Opened = {
  readonly tokenizer: Tokenizer;
  readonly lesson: Lesson;
  /** Where the model's text files are, and its name for errors. */
  readonly folder: string;
  readonly name: string;
};

const read =
  (encoder: (reader: TextReader) => RowEncoder) =>
  async ({ folder, tokenizer }: Opened): Promise<RowEncoder> =>
    encoder(await openTextReader(folder, tokenizer));

/** How the rows of each task become tokens. */
const encoders: Readonly<Record<TaskType, (opened: Opened) => Promise<RowEncoder>>> = {
  generation: writtenEncoder,
  preference: writtenEncoder,
  reward(opened) {
    const { rows, architecture } = opened.lesson;
    if (rows === 'labelled') return read(labelledEncoder)(opened);
    return architecture === 'encoder' ? read(rewardEncoder)(opened) : writtenEncoder(opened);
  },
  classification: read(labelledEncoder),
  'token-classification': read(taggedEncoder),
  'question-answering': read(questionEncoder),
  embedding: read(relatedEncoder),
  'masked-lm': read(maskedEncoder),
};

/**
 * The encoder of a lesson's rows for the model in `folder`; `name` is its name for errors. Throws
 * `unsupported_model` when the model has no chat template or no end-of-text token and the rows need one.
 */
export async function openRowEncoder(
  { folder, name }: Pick<Opened, 'folder' | 'name'>,
  lesson: Lesson,
): Promise<RowEncoder> {
  const tokenizer = await openTokenizer(folder, name);
  return encoders[lesson.task]({ tokenizer, lesson, folder, name });
}

async function writtenEncoder({ tokenizer, lesson, folder, name }: Opened): Promise<RowEncoder> {
  const kind = canonicalKind(lesson);
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
