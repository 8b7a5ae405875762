import type { GenerationRow, Message } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { Tool } from '@lathe/contracts/artifact/tool';
import { encodeConversation, endsAnswers } from '@lathe/tokenizer/chat-conversation';
import type { EncodedExample } from '@lathe/tokenizer/chat-example';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import { TokenizerError } from '@lathe/tokenizer/error';
import { MissingRowError } from '@lathe/tokenizer/rows';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { type ToolSupport, toolSupport } from '@lathe/tokenizer/tool-form';
import { templateCalls } from '@lathe/tokenizer/tool-messages';
import type { RowIssue } from '../check/validate-message.ts';
import { checkMask } from './mask.ts';
import { type EncodedRow, type RowEncoder, unlessRefused, unreadable } from './row-encoder.ts';
import { type LoadedTemplate, withoutSource } from './template.ts';
import { notesOf } from './template-notes.ts';

/** Rows of messages, through the chat template of the model. */
export function chatEncoder(
  tokenizer: Tokenizer,
  { template, sha256 }: LoadedTemplate,
): RowEncoder {
  let known: ToolSupport | undefined;
  const supportOf = () => {
    known ??= toolSupport(tokenizer, template);
    return known;
  };
  const encode = (messages: readonly Message[], tools: readonly Tool[] | undefined) => {
    const isPlain = messages.every(({ tool_calls: calls }) => calls === undefined);
    if (tools === undefined && isPlain) return encodeConversation(tokenizer, template, messages);
    const support = supportOf();
    const calls = templateCalls(messages, 'form' in support ? support.form : {});
    return encodeConversation(tokenizer, template, calls, { tools });
  };
  const ends = {
    endsAnswer: tokenizer.isSpecial,
    mustEnd: endsAnswers(tokenizer, template),
  };
  return {
    templateSha256: sha256,
    check: (example) => checkMask(example, ends),
    encode(row) {
      if (row.kind !== 'chat' && row.kind !== 'preference' && row.kind !== 'judged')
        throw new TypeError('a chat encoder got a row of text');
      const support = row.tools === undefined ? undefined : supportOf();
      if (support?.isWritten === false) return { issue: untold(support.problem) };
      const chats = row.kind === 'chat' ? [row.messages] : answersOf(row);
      try {
        const encoded = chats.map((messages) => encode(messages, row.tools));
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

/** A prompt and what comes after it, which alone is taught, and then the end of text. */
export function completionEncoder(tokenizer: Tokenizer, eos: number): RowEncoder {
  return {
    templateSha256: null,
    check: (example) => checkMask(example, { endsAnswer: (token) => token === eos, mustEnd: true }),
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
export function textEncoder(tokenizer: Tokenizer, eos: number): RowEncoder {
  return {
    templateSha256: null,
    check: (example) => checkMask(example, { endsAnswer: () => true, mustEnd: false }),
    encode(row, { pieceTokens }) {
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

/** A template would leave tools out without a word, and the model would learn to call what it was never shown. */
function untold(problem: string): RowIssue {
  const message = `tools cannot be trained on this model: ${problem}`;
  return { path: 'tools', rule: 'tools', message, level: 'error' };
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
