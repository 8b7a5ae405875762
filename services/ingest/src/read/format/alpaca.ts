import { isBlank, nameOf, type RowIssue } from '../../check/validate-message.ts';
import type { Reading } from '../../lesson/lesson.ts';
import { type Converted, cellOf, columnOf, type Format, type Place, type Row } from './format.ts';
import { isNothing, isText, unpacked } from './said.ts';

/** Alpaca: an instruction with an input or without, its output, what was said before, and what the system says. */
export const alpaca: Format = {
  kind: 'chat',
  usual: {
    instruction: ['instruction', 'instructions'],
    input: ['input', 'inputs', 'context'],
    output: ['output', 'outputs', 'response', 'answer', 'completion'],
    history: ['history'],
    system: ['system', 'system_prompt'],
  },
  holds: {
    instruction: isText,
    input: isText,
    output: isText,
    system: isText,
    history: mayBeHistory,
  },
  convert: (row, reading) =>
    exchange(row, reading, { asked: ['instruction', 'input'], answer: 'output', between: '\n' }),
};

/** Questions with an answer to write, and what they stand on. */
export const questionAnswer: Format = {
  kind: 'chat',
  usual: {
    question: ['question', 'query', 'q', 'user', 'human'],
    answer: ['answer', 'a', 'response', 'reply', 'solution', 'assistant', 'long_answer'],
    context: ['context', 'contexts', 'passage', 'document', 'background'],
  },
  holds: { question: isText, answer: isText, context: isPassage },
  convert: (row, reading) =>
    exchange(row, reading, { asked: ['context', 'question'], answer: 'answer', between: '\n\n' }),
};

function isHistory(list: unknown): list is readonly (readonly unknown[])[] {
  return Array.isArray(list) && list.every((pair) => Array.isArray(pair) && pair.length === 2);
}

/** A text, or several that belong together. */
function isPassage(value: unknown): boolean {
  const list = unpacked(value);
  return isText(value) || (Array.isArray(list) && list.every(isText));
}

type Exchange = {
  /** Columns of what is asked, in their order, and what stands between them. */
  readonly asked: readonly ('instruction' | 'input' | 'context' | 'question')[];
  readonly between: string;
  readonly answer: 'output' | 'answer';
};

/** A chat of what was asked and answered: the parts that are there, one after the other. */
function exchange(row: Row, reading: Reading, { asked, answer, between }: Exchange): Converted {
  const messages: Record<string, unknown>[] = [];
  const places: Place[] = [];
  const say = (role: string, content: unknown, source: string): void => {
    const at = `messages[${messages.length}]`;
    places.push([at, source], [`${at}.content`, source]);
    messages.push({ role, content });
  };
  const system = cellOf(row, reading, 'system');
  if (!isNothing(system)) say('system', system, columnOf(reading.columns, 'system') ?? '');
  const talk = unpacked(cellOf(row, reading, 'history'));
  const history = isNothing(talk) ? [] : talk;
  const before = columnOf(reading.columns, 'history') ?? 'history';
  if (!isHistory(history)) {
    const message = `${before} must be a list of pairs of a question and its answer, not ${nameOf(history)}`;
    return { row: {}, issues: [{ path: before, rule: 'type', message, level: 'error' }] };
  }
  for (const [at, pair] of history.entries())
    for (const [side, one] of pair.entries())
      say(side === 0 ? 'user' : 'assistant', one, `${before}[${at}][${side}]`);
  const parts = asked
    .map((role) => ({ role, part: passageOf(cellOf(row, reading, role)) }))
    .filter(({ part }) => !isNothing(part));
  const wrong = parts.find(({ part }) => !isText(part));
  const first = asked.at(-1) === 'question' ? 'question' : 'instruction';
  // Checks name a part that is no text by its column, and all of them by the one that must be there.
  const source = columnOf(reading.columns, wrong?.role ?? first) ?? '';
  say(
    'user',
    wrong === undefined ? parts.map(({ part }) => part).join(between) : wrong.part,
    source,
  );
  const name = columnOf(reading.columns, answer) ?? '';
  const said = row[name];
  // A cell that nobody filled in would teach the model to say nothing.
  const issues: readonly RowIssue[] = isBlank(said)
    ? [{ path: name, rule: 'empty', message: `${name} must not be empty`, level: 'error' }]
    : [];
  say('assistant', said, name);
  return { row: { messages }, issues, places: () => places };
}

/** Cells of tables are empty where there is none. */
function mayBeHistory(value: unknown): boolean {
  return isNothing(value) || isHistory(unpacked(value));
}

function passageOf(value: unknown): unknown {
  const parts = unpacked(value);
  return Array.isArray(parts) && parts.every(isText) ? parts.join('\n') : value;
}
