import type { GenerationRow } from '@lathe/contracts/artifact/dataset';
import {
  checkMessages,
  checkRowKeys,
  checkText,
  fail,
  isBlank,
  isObject,
  type Report,
  roles,
  warn,
} from './validate-message.ts';
import { checkChosen, checkJudged, checkPreference } from './validate-preference.ts';
import { checkPrompt } from './validate-prompt.ts';
import { checkTools, toolKeys } from './validate-tools.ts';

/** Reports everything that is wrong with a row for a model that writes, by its kind; without errors it can be converted. */
export const checkRowOf: Readonly<
  Record<GenerationRow['kind'], (row: Record<string, unknown>, report: Report) => void>
> = {
  chat: checkChat,
  completion: checkCompletion,
  preference: (row, report) =>
    'chosen' in row || 'rejected' in row ? checkChosen(row, report) : checkPreference(row, report),
  judged: checkJudged,
  prompt: (row, report) => checkPrompt(row, [], report),
  text: checkTextRow,
};

function checkTextRow(row: Record<string, unknown>, report: Report): void {
  if (!('text' in row)) fail(report, 'text', 'missing', '"text" is missing');
  else checkText(row.text, 'text', report);
  if (isBlank(row.text)) fail(report, 'text', 'empty', 'text must not be empty');
  checkRowKeys(row, ['text'], report);
}

function checkCompletion(row: Record<string, unknown>, report: Report): void {
  for (const key of ['prompt', 'completion'] as const) {
    if (!(key in row)) fail(report, key, 'missing', `"${key}" is missing`);
    else checkText(row[key], key, report);
  }
  if (isBlank(row.completion)) fail(report, 'completion', 'empty', 'completion must not be empty');
  if (row.prompt === '') warn(report, 'prompt', 'empty', 'prompt is empty');
  checkRowKeys(row, ['prompt', 'completion'], report);
}

function checkChat(row: Record<string, unknown>, report: Report): void {
  const messages = checkMessages(row, report);
  if (messages.length > 0) checkOrder(messages, report);
  checkTools(row, { path: '' }, report);
  checkRowKeys(row, ['messages', ...toolKeys], report);
}

/** The order of roles: what a model is to answer, and that the last word is an answer. */
function checkOrder(messages: readonly unknown[], report: Report): void {
  const order = messages.map((message) => (isObject(message) ? message.role : undefined));
  if (order.some((role) => typeof role !== 'string' || !roles.includes(role))) return;
  const last = `messages[${order.length - 1}]`;
  if (!order.includes('assistant')) {
    fail(report, 'messages', 'no-answer', 'messages must hold at least one assistant message');
    return;
  }
  if (order.at(-1) !== 'assistant')
    fail(report, last, 'last-role', `${last} must be from the assistant, not from ${order.at(-1)}`);
  const trained = messages.filter(
    (message) => isObject(message) && message.role === 'assistant' && message.weight !== 0,
  );
  if (trained.length === 0)
    fail(
      report,
      'messages',
      'no-weight',
      'every assistant message has the weight 0, so nothing would be trained',
    );
  const opening = order.findIndex((role) => role !== 'system' && role !== 'developer');
  if (order[opening] !== 'user')
    warn(
      report,
      `messages[${opening}]`,
      'order',
      `messages[${opening}] should be from the user, not from ${order[opening]}`,
    );
  for (const [index, role] of order.entries()) {
    if (index === 0) continue;
    const path = `messages[${index}]`;
    if (role === 'system' && index > opening)
      warn(report, path, 'order', `${path} is a system message after the beginning`);
    else if (role === order[index - 1] && role !== 'tool')
      warn(report, path, 'order', `${path} follows another ${role} message`);
  }
}
