import { answerSpan } from '../encode/answer-span.ts';
import type { TextWindow } from '../encode/text-windows.ts';
import type { EncodedRow, Room, RowNote } from './encoded-row.ts';
import type { TextReader } from './text-reader.ts';

/** Windows as transformers' pipeline asks them: at most so long, sharing so much of the context. */
const mostTokens = 384;
const mostShared = 128;

type Question = {
  readonly question: string;
  readonly context: string;
  /** Each at its place in the context in UTF-16 units; the first is taught. */
  readonly answers: readonly { readonly text: string; readonly start: number }[];
};

/**
 * A question with each stretch of its context: the tokens of the first answer where the stretch holds all of it, else
 * 0 and 0, the first token, as BERT has it for SQuAD 2. A question that leaves no room is one window that is too long, and where
 * pieces have no end the context is one.
 */
export function encodeQuestion(
  reader: TextReader,
  { question, context, answers: [answer] }: Question,
  room: Room,
): EncodedRow {
  const most = room.pieceTokens === Infinity ? Infinity : mostTokens;
  const maxTokens = Math.min(room.maxTokens, most);
  const stride = Math.min(Math.floor(maxTokens / 2), mostShared);
  const texts = [question, context] as const;
  const place = answer && { start: answer.start, end: answer.start + answer.text.length };
  let found = false;
  const examples = windowsOf(reader, texts, { maxTokens, stride }).map((window) => {
    const span = place && answerSpan(window, place);
    found ||= span !== undefined;
    return { ...reader.example(window), span: Int32Array.from(span ?? [0, 0]) };
  });
  const row = reader.row(texts, examples);
  if (found || answer === undefined) return row;
  const note: RowNote = {
    path: 'answers',
    rule: 'answer-cut',
    message: `no window of ${maxTokens} tokens holds the whole answer, so it is taught as if there were none`,
    level: 'warn',
  };
  return { ...row, notes: [note] };
}

function windowsOf(
  reader: TextReader,
  texts: readonly [string, string],
  options: { readonly maxTokens: number; readonly stride: number },
): TextWindow[] {
  const [alone] = reader.windows([texts[0], '']);
  const room = options.maxTokens - (alone?.tokens.length ?? 0);
  return reader.windows(texts, room > options.stride ? options : {});
}
