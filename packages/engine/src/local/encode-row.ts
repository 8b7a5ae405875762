import { withAnswers } from '@lathe/tokenizer/chat-encoder';
import { encodeCompletion } from '@lathe/tokenizer/completion-example';
import type { EncodedRow } from '@lathe/tokenizer/encoded-row';
import { nameOfLabel } from '@lathe/tokenizer/known-labels';
import type { Message } from '@lathe/tokenizer/rendered-chat';
import { textEncoders } from '@lathe/tokenizer/text-encoders';
import { encodeText, writtenRow } from '@lathe/tokenizer/written-row';
import type { Encoders } from './encoders.ts';
import type { Lesson } from './lesson.ts';
import type { Row, RowOf } from './row.ts';

/** A row in tokens, as a job has it. Throws why it has none. */
export function encodeRow(row: Row, lesson: Lesson, encoders: Encoders): EncodedRow {
  const { task, architecture, room } = lesson;
  const { reader, tokenizer } = encoders;
  switch (row.kind) {
    case 'chat':
      return encodeChats([row.messages], row.tools, encoders);
    case 'judged':
      return encodeChats(withAnswers(row.messages, [row.answer]), row.tools, encoders);
    case 'preference': {
      const { messages, preferred, rejected, tools } = row;
      if (task.type === 'reward' && architecture === 'encoder')
        return textEncoders.reward(reader, {
          messages: messages.map(spoken),
          ...{ preferred: spoken(preferred), rejected: spoken(rejected) },
        });
      return encodeChats(withAnswers(messages, [preferred, rejected]), tools, encoders);
    }
    case 'completion':
      return writtenRow([encodeCompletion(tokenizer, { ...row, eos: endOf(encoders) })]);
    case 'text':
      if (task.type === 'masked-lm') return textEncoders.masked(reader, row, room);
      return encodeText(tokenizer, { text: row.text, eos: endOf(encoders) }, room);
    case 'labelled':
      if (task.type === 'generation') return encodeRow(answered(row, encoders), lesson, encoders);
      return textEncoders.labelled(reader, row);
    case 'tagged':
      return textEncoders.tagged(reader, row, room);
    case 'question':
      return textEncoders.question(reader, row, room);
    case 'related':
      return textEncoders.related(reader, row);
  }
}

function encodeChats(
  chats: readonly (readonly Message[])[],
  tools: readonly unknown[] | undefined,
  encoders: Encoders,
): EncodedRow {
  const encoder = encoders.chat();
  const refusal = tools === undefined ? undefined : encoder.refusalOfTools();
  if (refusal !== undefined) throw new RangeError(refusal);
  return writtenRow(chats.flatMap((messages) => encoder.encode(messages, tools).examples));
}

function spoken({ content }: Message): { readonly content: string } {
  return { content: content ?? '' };
}

function endOf({ endOfText }: Encoders): number {
  if (endOfText !== undefined) return endOfText;
  throw new RangeError('the model folder names no end-of-text token');
}

/** A label that is to be written: as the answer in a chat, or after the text where there is no chat template. */
function answered({ text, pair, label }: RowOf<'labelled'>, { hasTemplate }: Encoders): Row {
  const prompt = pair === undefined ? text : `${text}\n${pair}`;
  const names = [label].flat().map((each) => nameOfLabel(each, undefined));
  const answer = [...new Set(names)].join(', ');
  if (!hasTemplate) return { kind: 'completion', prompt: `${prompt}\n`, completion: answer };
  const messages = [
    { role: 'user', content: prompt },
    { role: 'assistant', content: answer },
  ];
  return { kind: 'chat', messages };
}
