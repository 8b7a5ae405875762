import type { GenerationRow, Message } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { LatheError } from '@lathe/contracts/error';
import { encodeConversation, endsAnswers } from '@lathe/tokenizer/chat-conversation';
import type { EncodedExample } from '@lathe/tokenizer/chat-example';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { endOfText } from '@lathe/tokenizer/end-token';
import { TokenizerError } from '@lathe/tokenizer/error';
import { checkRows } from '@lathe/tokenizer/fit';
import { MissingRowError } from '@lathe/tokenizer/rows';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import type { RowIssue } from '../check/validate-message.ts';
import type { FileKind } from '../read/detect.ts';
import { type LoadedTemplate, loadTemplate, withoutSource } from './template.ts';
import { notesOf } from './template-notes.ts';

/** A row in tokens. */
export type EncodedRow = {
  /**
   * Its token sequences: one, or each answer with what it is asked with; the better and the worse answer, each with
   * what stands before it; or pieces.
   */
  readonly examples: readonly ShardExample[];
  /** Control tokens that a user wrote out in the text. */
  readonly controlStrings: readonly string[];
  /** What the chat template makes of the row that its author may not expect. */
  readonly notes: readonly RowIssue[];
};

/** Turns rows of one kind into tokens, the way the model will see them. */
export type RowEncoder = {
  /** The row in tokens, or why the model's chat template refuses it. Text is cut into pieces of so many tokens. */
  encode(row: GenerationRow, pieceTokens: number): EncodedRow | { readonly issue: RowIssue };
  /** Whether an answer may end with this token. */
  endsAnswer(token: number): boolean;
  /** Whether every answer has to end so: the template ends answers with such a token. */
  readonly mustEnd: boolean;
  readonly templateSha256: string | null;
};

/**
 * The encoder of one kind of rows for the model in `folder`; `model` is its name for errors. Throws
 * `unsupported_model` when the model has no chat template or no end-of-text token.
 */
export async function createRowEncoder(
  folder: string,
  model: string,
  kind: FileKind,
): Promise<RowEncoder> {
  const tokenizer = await openTokenizer(folder, model);
  if (kind === 'chat' || kind === 'preference' || kind === 'judged')
    return chatEncoder(tokenizer, await loadTemplate(folder, model));
  const eos = await endOfText(folder, tokenizer);
  if (eos !== undefined)
    return kind === 'text' ? textEncoder(tokenizer, eos) : completionEncoder(tokenizer, eos);
  throw new LatheError(
    'unsupported_model',
    `The model '${model}' names no end-of-text token, so what it writes would never end.`,
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

function chatEncoder(tokenizer: Tokenizer, { template, sha256 }: LoadedTemplate): RowEncoder {
  const encode = (messages: readonly Message[]) =>
    encodeConversation(tokenizer, template, messages);
  return {
    templateSha256: sha256,
    endsAnswer: tokenizer.isSpecial,
    mustEnd: endsAnswers(tokenizer, template),
    encode(row) {
      if (row.kind === 'completion' || row.kind === 'text')
        throw new TypeError('a chat encoder got a row of text');
      const chats = row.kind === 'chat' ? [row.messages] : answersOf(row);
      try {
        const encoded = chats.map(encode);
        return {
          ...toRow(encoded.flatMap(({ examples }) => examples)),
          notes: notesOf(row, encoded),
        };
      } catch (error) {
        if (error instanceof MissingRowError) return { issue: unreadable('messages', error) };
        if (!(error instanceof TokenizerError)) throw error;
        const message = `the chat template refuses the row: ${withoutSource(error)}`;
        return { issue: { path: 'messages', rule: 'template', message, level: 'error' } };
      }
    },
  };
}

function completionEncoder(tokenizer: Tokenizer, eos: number): RowEncoder {
  return {
    templateSha256: null,
    endsAnswer: (token) => token === eos,
    mustEnd: true,
    encode(row) {
      if (row.kind !== 'completion') throw new TypeError('a completion encoder got a chat');
      const { prompt, completion } = row;
      return unlessRefused('prompt', () =>
        toRow([encodeCompletion(tokenizer, { prompt, completion, eos })]),
      );
    },
  };
}

/** Every token of a text is a target, but the first of each piece; the last piece ends with end-of-text. */
function textEncoder(tokenizer: Tokenizer, eos: number): RowEncoder {
  return {
    templateSha256: null,
    endsAnswer: () => true,
    mustEnd: false,
    encode(row, pieceTokens) {
      if (row.kind !== 'text') throw new TypeError('a text encoder got another row');
      const whole = unlessRefused('text', () =>
        toRow([encodeCompletion(tokenizer, { prompt: '', completion: row.text, eos })]),
      );
      if ('issue' in whole) return whole;
      const [{ tokens, supervised }] = whole.examples as [ShardExample];
      const examples: ShardExample[] = [];
      // A piece of one token would have nothing to predict.
      for (let from = 0; from + 1 < tokens.length; from += pieceTokens) {
        const to = from + pieceTokens;
        examples.push({ tokens: tokens.slice(from, to), supervised: supervised.slice(from, to) });
      }
      return { ...whole, examples };
    },
  };
}

/** The row that `encode` gives, or what is wrong with its text. */
function unlessRefused(path: string, encode: () => EncodedRow): EncodedRow | { issue: RowIssue } {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return { issue: unreadable(path, error) };
  }
}

function unreadable(path: string, error: TokenizerError): RowIssue {
  const message = `the row cannot be read: ${withoutSource(error)}`;
  return { path, rule: 'tokens', message, level: 'error' };
}

/** The conversation with each of the answers, of which only they are targets. */
function answersOf(row: Extract<GenerationRow, { kind: 'preference' | 'judged' }>): Message[][] {
  const before = row.messages.map((message) =>
    message.role === 'assistant' ? { ...message, weight: 0 as const } : message,
  );
  const answers = row.kind === 'preference' ? [row.preferred, row.rejected] : [row.answer];
  return answers.map((answer) => [...before, answer]);
}

function toRow(encoded: readonly EncodedExample[]): EncodedRow {
  return {
    examples: encoded.map(({ tokens, supervised }) => ({
      tokens: Int32Array.from(tokens),
      supervised,
    })),
    controlStrings: encoded.flatMap(({ controlStrings }) => controlStrings),
    notes: [],
  };
}
