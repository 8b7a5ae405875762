import type { ColumnRole } from '@lathe/contracts/artifact/format-roles';
import { isObject, type RowIssue } from '../../check/validate-message.ts';
import type { Reading } from '../../lesson/lesson.ts';
import { toolsOf } from './chat.ts';
import { cellOf, columnOf, type Format, type Place, type Row } from './format.ts';
import {
  answerJudgementOf,
  isAnswerJudgement,
  isAnswerVerdict,
  isMessages,
  isNothing,
  isNumber,
  isText,
  isTurn,
  isTurns,
  unpacked,
} from './said.ts';
import { messagesOf } from './turns.ts';

const asked = {
  prompt: ['prompt', 'instruction', 'question', 'query', 'conversations', 'messages'],
  input: ['input'],
  system: ['system', 'system_prompt'],
  tools: ['tools'],
} as const;

/**
 * TRL's pairs, `chosen` and `rejected`, with a prompt or with one that both begin with; texts, messages or turns. LLaMA-Factory's
 * rankings are the same with `instruction` and `input`, or with `conversations`.
 */
export const preference: Format = {
  kind: 'preference',
  usual: { chosen: ['chosen'], rejected: ['rejected'], ...asked },
  holds: { chosen: isSaid, rejected: isSaid, prompt: isSaid, input: isText, system: isText },
  convert(row, reading) {
    const name = namesOf(reading);
    const said = createSaid(reading);
    const answers = { chosen: said.of(row, 'chosen'), rejected: said.of(row, 'rejected') };
    const shared = sharedPrompt(answers.chosen, answers.rejected);
    const hasPrompt = !isNothing(cellOf(row, reading, 'prompt'));
    const isImplicit = shared > 0 && (!hasPrompt || areLong(answers));
    const prompt = isImplicit
      ? (answers.chosen as string | unknown[]).slice(0, shared)
      : withAsked(row, reading, said.of(row, 'prompt'));
    const rest = (answer: unknown): unknown =>
      isImplicit ? (answer as string | unknown[]).slice(shared) : answer;
    const { tools, name: toolName } = toolsOf(row, reading);
    const source = isImplicit ? name('chosen') : name('prompt');
    const places: Place[] = [
      ['input.messages', source],
      ['input.tools', toolName],
      ['prompt', source],
    ];
    for (const role of ['chosen', 'rejected'] as const) {
      if (isImplicit) places.push([`${role}[0]`, `${name(role)}[${shared}]`]);
      places.push([role, name(role)]);
    }
    const made = { prompt, chosen: rest(answers.chosen), rejected: rest(answers.rejected) };
    const there = Object.entries(made).filter(([, value]) => value !== undefined);
    return {
      row: { ...Object.fromEntries(there), ...tools },
      issues: said.issues,
      places: () => places,
    };
  },
};

/** Names of a column that says whether an answer is good: by the first two it surely does. */
export const judgements: readonly string[] = [
  ...['label', 'kto_tag', 'thumbs_up', 'is_correct', 'correct', 'accepted', 'is_good', 'good'],
  ...['helpful', 'feedback', 'score', 'rating'],
];

/** TRL's judged answers: `prompt`, `completion` and whether it is a good one; LLaMA-Factory calls that `kto_tag`. */
export const kto: Format = {
  kind: 'judged',
  usual: {
    completion: ['completion', 'response', 'output', 'answer'],
    label: judgements,
    ...asked,
  },
  holds: {
    completion: isSaid,
    prompt: isSaid,
    label: isAnswerJudgement,
    input: isText,
    system: isText,
  },
  look(sampled, columns) {
    const name = columnOf(columns, 'label') ?? '';
    const values = sampled.values(name);
    const isUsual = judgements.slice(0, 2).includes(name.toLowerCase());
    // Other numbers are grades.
    if (values.some((value) => isNumber(value) && !isAnswerJudgement(value)))
      return { certainty: 0.5 };
    // A number beside a conversation may be for a grader.
    const isTalk = sampled.values(columnOf(columns, 'prompt') ?? '').every(Array.isArray);
    if (isTalk && !values.some(isAnswerVerdict)) return { certainty: 0.6 };
    // A column of 0 and 1 is a judgement where it is called one.
    const areMarks = 2 * values.filter(isAnswerVerdict).length < values.length;
    return areMarks && !isUsual ? { certainty: 0.55 } : {};
  },
  convert(row, reading) {
    const name = namesOf(reading);
    const said = createSaid(reading);
    const whole = said.of(row, 'prompt');
    const isSplit = reading.columns.completion === undefined && Array.isArray(whole);
    const prompt = isSplit ? whole.slice(0, -1) : withAsked(row, reading, whole);
    const completion = isSplit ? whole.slice(-1) : said.of(row, 'completion');
    const { tools } = toolsOf(row, reading);
    const label = answerJudgementOf(cellOf(row, reading, 'label'));
    return {
      row: {
        input: { messages: asList(prompt, 'user'), ...tools },
        output: asList(completion, 'assistant'),
        label,
      },
      issues: said.issues,
      places: () => [
        ['input.messages[0].content', name('prompt')],
        ['input.messages', name('prompt')],
        ...(Array.isArray(completion) ? [] : [['output[0].content', name('completion')] as const]),
        ['output', isSplit ? name('prompt') : name('completion')],
        ['label', name('label')],
      ],
    };
  },
};

/** What people and models said: a text, messages or turns. */
function isSaid(value: unknown): boolean {
  return isText(value) || isMessages(value) || isTurns(value) || isTurn(value);
}

function namesOf({ columns }: Reading): (role: ColumnRole) => string {
  return (role) => columnOf(columns, role) ?? role;
}

/** Reads what stands in columns as a text or messages, and keeps what is wrong with turns. */
function createSaid(reading: Reading) {
  const issues: RowIssue[] = [];
  const of = (row: Row, role: ColumnRole): unknown => {
    const value = cellOf(row, reading, role);
    const column = columnOf(reading.columns, role);
    if (column === undefined || !(column in row)) return undefined;
    if (isMessages(value)) return unpacked(value);
    const turns = isTurns(value) ? (unpacked(value) as unknown[]) : isTurn(value) ? [value] : [];
    if (turns.length === 0) return isObject(value) && 'role' in value ? [value] : value;
    const spoken = messagesOf(turns, column);
    issues.push(...spoken.issues);
    return spoken.messages;
  };
  return { issues, of };
}

/** The prompt with the input of an instruction, and with what the system says. */
function withAsked(row: Row, reading: Reading, prompt: unknown): unknown {
  const input = cellOf(row, reading, 'input');
  const whole = isText(prompt) && isText(input) && input !== '' ? `${prompt}\n${input}` : prompt;
  const system = cellOf(row, reading, 'system');
  if (isNothing(system) || whole === undefined) return whole;
  return [{ role: 'system', content: system }, ...asList(whole, 'user')];
}

function asList(said: unknown, role: string): readonly unknown[] {
  return Array.isArray(said) ? said : [{ role, content: said }];
}

/** Whether the answers are conversations: more than an answer alone. */
function areLong({ chosen, rejected }: { chosen: unknown; rejected: unknown }): boolean {
  return [chosen, rejected].every((answer) => Array.isArray(answer) && answer.length > 1);
}

/** How much both begin with, as TRL's `extract_prompt` has it: messages, or characters up to a blank. */
function sharedPrompt(chosen: unknown, rejected: unknown): number {
  const areTexts = isText(chosen) && isText(rejected);
  if (!areTexts && !(Array.isArray(chosen) && Array.isArray(rejected))) return 0;
  const [a, b] = [chosen as ArrayLike<unknown>, rejected as ArrayLike<unknown>];
  const same = (x: unknown, y: unknown) => x === y || JSON.stringify(x) === JSON.stringify(y);
  let at = 0;
  while (at < Math.min(a.length, b.length) && same(a[at], b[at])) at++;
  return areTexts && at > 0 && chosen[at - 1] === ' ' ? at - 1 : at;
}
