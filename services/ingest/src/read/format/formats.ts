import type { FormatName } from '@lathe/contracts/artifact/format-roles';
import { textNames } from '../shapes.ts';
import { alpaca, questionAnswer } from './alpaca.ts';
import { bfcl } from './bfcl.ts';
import { chat, chatCompletion, promptCompletion, renamed } from './chat.ts';
import { columnOf, type Format } from './format.ts';
import { gemini } from './gemini.ts';
import { glaive } from './glaive.ts';
import { labels } from './labels.ts';
import { multipleChoice } from './multiple-choice.ts';
import { openaiJudged, openaiPreference } from './openai-pairs.ts';
import { kto, preference } from './pairs-of-answers.ts';
import { pieces } from './pieces.ts';
import { pairs, scoredPairs } from './related.ts';
import { isText } from './said.ts';
import { sharegpt } from './sharegpt.ts';
import { spans } from './spans.ts';
import { squad } from './squad.ts';
import { tags } from './tags.ts';

/** Plain text. */
const text: Format = {
  kind: 'text',
  usual: { text: textNames },
  holds: { text: isText },
  convert: (row, { columns }) => renamed(row, [['text', columnOf(columns, 'text')]]),
};

/** All formats, in the order in which they are told where several are as likely. */
export const formats: Readonly<Record<FormatName, Format>> = {
  'openai-preference': openaiPreference,
  preference,
  'openai-judged': openaiJudged,
  kto,
  chat,
  sharegpt,
  gemini,
  glaive,
  bfcl,
  alpaca,
  'question-answer': questionAnswer,
  'chat-completion': chatCompletion,
  'prompt-completion': promptCompletion,
  'multiple-choice': multipleChoice,
  squad,
  tags,
  spans,
  pieces,
  'scored-pairs': scoredPairs,
  pairs,
  labels,
  text,
};
