import { checkMessages, fail, isObject, quoted, type Report } from './validate-message.ts';
import { checkTools } from './validate-tools.ts';

/** Who may have the last word before a model answers. */
const askers: readonly unknown[] = ['user', 'developer'];

/**
 * What is wrong with a row of a conversation that the model is to go on with, and of the fields beside it that a grader looks
 * at; other fields may stand there.
 */
export function checkPrompt(
  row: Readonly<Record<string, unknown>>,
  itemFields: readonly string[],
  report: Report,
): void {
  const messages = checkMessages(row, report);
  const last = messages.at(-1);
  const at = `messages[${messages.length - 1}]`;
  if (isObject(last) && typeof last.role === 'string' && !askers.includes(last.role))
    fail(
      report,
      at,
      'last-role',
      `${at} must be from the user, not from ${last.role}: the model answers it, and the grader rewards that`,
    );
  for (const field of itemFields)
    if (row[field] === undefined && field !== 'messages' && field !== 'tools')
      fail(report, quoted(field), 'missing', `"${field}" is missing, which the grader names`);
  checkTools({ ...row }, { path: '' }, report);
}
