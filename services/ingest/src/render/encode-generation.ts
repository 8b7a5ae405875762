import type { GenerationRow, Message } from '@lathe/contracts/artifact/dataset';
import { endsAnswers } from '@lathe/tokenizer/chat-conversation';
import { type ChatEncoder, createChatEncoder, withAnswers } from '@lathe/tokenizer/chat-encoder';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { TokenizerError } from '@lathe/tokenizer/error';
import { createPlainChats } from '@lathe/tokenizer/plain-chats';
import { createPlainCompletions } from '@lathe/tokenizer/plain-completions';
import { MissingRowError } from '@lathe/tokenizer/rows';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { encodeText, writtenRow } from '@lathe/tokenizer/written-row';
import { checkMask } from './mask.ts';
import { type Encoded, type RowEncoder, unlessRefused, unreadable } from './row-encoder.ts';
import { type LoadedTemplate, withoutSource } from './template.ts';
import { notesOf } from './template-notes.ts';

/** Rows of messages, through the chat template of the model. */
export function chatEncoder(
  tokenizer: Tokenizer,
  { template, sha256 }: LoadedTemplate,
): RowEncoder {
  const encoder = createChatEncoder(tokenizer, template);
  const ends = {
    endsAnswer: tokenizer.isSpecial,
    isBlank: (token: number) =>
      !tokenizer.isSpecial(token) && tokenizer.decode([token]).trim() === '',
    mustEnd: endsAnswers(tokenizer, template),
  };
  return {
    templateSha256: sha256,
    plain: createPlainChats(tokenizer, template),
    check: (example) => checkMask(example, ends),
    encode(row) {
      if (row.kind !== 'chat' && row.kind !== 'preference' && row.kind !== 'judged')
        throw new TypeError('a chat encoder got a row of text');
      return unlessTemplateRefuses(encoder, row, () => {
        const encoded = chatsOf(row).map((messages) => encoder.encode(messages, row.tools));
        return {
          ...writtenRow(encoded.flatMap(({ examples }) => examples)),
          notes: notesOf(row, encoded),
        };
      });
    },
  };
}

/** Conversations up to where the answer begins, as the model is asked them; nothing in them is a target. */
export function promptEncoder(
  tokenizer: Tokenizer,
  { template, sha256 }: LoadedTemplate,
): RowEncoder {
  const encoder = createChatEncoder(tokenizer, template);
  return {
    templateSha256: sha256,
    check: () => [],
    encode(row) {
      if (row.kind !== 'prompt') throw new TypeError('a prompt encoder got another row');
      return unlessTemplateRefuses(encoder, row, () =>
        writtenRow([encoder.prompt(row.messages, row.tools)]),
      );
    },
  };
}

/** What is encoded, or why the row cannot be. */
function unlessTemplateRefuses(
  encoder: ChatEncoder,
  { tools }: Pick<Extract<GenerationRow, { kind: 'chat' }>, 'tools'>,
  encode: () => Encoded,
): Encoded {
  const refusal = tools === undefined ? undefined : encoder.refusalOfTools();
  if (refusal !== undefined)
    return { issue: { path: 'tools', rule: 'template-tools', message: refusal, level: 'error' } };
  try {
    return encode();
  } catch (error) {
    if (error instanceof MissingRowError) return { issue: unreadable('messages', error) };
    if (!(error instanceof TokenizerError)) throw error;
    const message = `the chat template refuses the row: ${withoutSource(error)}`;
    return { issue: { path: 'messages', rule: 'template', message, level: 'error' } };
  }
}

/** A prompt and what comes after it, which alone is taught, and then the end of text. */
export function completionEncoder(tokenizer: Tokenizer, eos: number): RowEncoder {
  return {
    templateSha256: null,
    plainCompletions: createPlainCompletions(tokenizer, eos),
    check: (example) => checkMask(example, { endsAnswer: (token) => token === eos, mustEnd: true }),
    encode(row) {
      if (row.kind !== 'completion') throw new TypeError('a completion encoder got a chat');
      const { prompt, completion } = row;
      return unlessRefused('prompt', () =>
        writtenRow([encodeCompletion(tokenizer, { prompt, completion, eos })]),
      );
    },
  };
}

/** A text in pieces, to go on with. */
export function textEncoder(tokenizer: Tokenizer, eos: number): RowEncoder {
  return {
    templateSha256: null,
    check: (example) => checkMask(example, { endsAnswer: () => true, mustEnd: false }),
    encode(row, room) {
      if (row.kind !== 'text') throw new TypeError('a text encoder got another row');
      return unlessRefused('text', () => encodeText(tokenizer, { text: row.text, eos }, room));
    },
  };
}

type ChatRow = Extract<GenerationRow, { kind: 'chat' | 'preference' | 'judged' }>;

/** The conversation, or the one with each of the answers. */
function chatsOf(row: ChatRow): readonly (readonly Message[])[] {
  if (row.kind === 'chat') return [row.messages];
  const answers = row.kind === 'preference' ? [row.preferred, row.rejected] : [row.answer];
  return withAnswers(row.messages, answers);
}
