import { isObject } from '../../check/validate-message.ts';

/** Whether a value is a list of messages in OpenAI's form, or the JSON of one. */
export function isMessages(value: unknown): boolean {
  return isListOf(value, (each) => 'role' in each && !isTurn(each) && !hasParts(each));
}

/** Whether a value is a list of messages in Gemini's form, or the JSON of one. */
export function isPartsMessages(value: unknown): boolean {
  return isListOf(value, hasParts);
}

function hasParts(each: Readonly<Record<string, unknown>>): boolean {
  return 'parts' in each && !('content' in each);
}

/** Whether a value is a list of turns in ShareGPT's form, or the JSON of one. */
export function isTurns(value: unknown): boolean {
  return isListOf(value, isTurn);
}

/** Under which keys a turn says who speaks, and what is said. */
export type TurnKeys = { readonly speaker: string; readonly text: string };

/** Those that turns have, the likeliest first. */
const speakerKeys = ['from', 'role', 'speaker'] as const;
const textKeys = ['value', 'content', 'text', 'message', 'utterance'] as const;

/** The keys of a turn in ShareGPT's form or one like it; undefined of what is none, as a message of OpenAI's. */
export function turnKeysOf(value: unknown): TurnKeys | undefined {
  if (!isObject(value)) return undefined;
  const speaker = speakerKeys.find((key) => key in value);
  const text = textKeys.find((key) => key in value);
  if (speaker === undefined || text === undefined) return undefined;
  return speaker === 'role' && 'content' in value ? undefined : { speaker, text };
}

/** A turn in ShareGPT's form, or one like it. */
export function isTurn(value: unknown): boolean {
  return turnKeysOf(value) !== undefined;
}

function isListOf(value: unknown, is: (each: Record<string, unknown>) => boolean): boolean {
  const list = unpacked(value);
  return Array.isArray(list) && list.every((each) => isObject(each) && is(each));
}

/** A list or an object that stands as JSON in a text, as in cells of tables; anything else as it is. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

/** Whether a value says yes or no: as JSON has it, or in a word, as cells of tables do. */
export function isVerdict(value: unknown): boolean {
  return typeof verdictOf(value) === 'boolean';
}

/** The yes or no that a value is; anything else as it is. */
export function verdictOf(value: unknown): unknown {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  return word === 'true' || word === 'false' ? word === 'true' : value;
}

/** Whether a value says yes or no, or 1 or 0. */
export function isJudgement(value: unknown): boolean {
  return typeof judgementOf(value) === 'boolean';
}

/** The yes or no that a value is, be it as a number; anything else as it is. */
function judgementOf(value: unknown): unknown {
  if (value === 1 || value === '1') return true;
  return value === 0 || value === '0' ? false : verdictOf(value);
}

/** Words that people judge answers by. */
const judgingWords: Readonly<Record<string, boolean>> = {
  ...{ yes: true, good: true, desirable: true, chosen: true, like: true, up: true },
  ...{ no: false, bad: false, undesirable: false, rejected: false, dislike: false, down: false },
  ...{ thumbs_up: true, thumbs_down: false, '👍': true, '👎': false },
};

/** The yes or no that a judgement of an answer is, be it as a number or a word such as "good"; anything else as it is. */
export function answerJudgementOf(value: unknown): unknown {
  const judged = judgementOf(value);
  const word = typeof judged === 'string' ? judged.trim().toLowerCase() : '';
  return Object.hasOwn(judgingWords, word) ? judgingWords[word] : judged;
}

/** Whether a value judges an answer. */
export function isAnswerJudgement(value: unknown): boolean {
  return typeof answerJudgementOf(value) === 'boolean';
}

/** Whether a value judges an answer, and is no number. */
export function isAnswerVerdict(value: unknown): boolean {
  return isAnswerJudgement(value) && !isNumber(value);
}

/** Columns that may hold nothing: absent, null, an empty text or list. */
export function isNothing(value: unknown): boolean {
  return value == null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** A column of text. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isNumber(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
}
