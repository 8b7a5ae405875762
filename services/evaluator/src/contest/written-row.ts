import { type AnsweredRow, toQuestion } from '../texts/held-out.ts';
import type { WrittenRow } from './judge/task-contest.ts';

/** A row as it is judged: what was asked last, and the answer that is expected. */
export function writtenRow(row: AnsweredRow): WrittenRow {
  const { line, context, expected, calls } = toQuestion(row);
  const system = context.find(({ role }) => role === 'system' || role === 'developer');
  const prompt = context.findLast(({ role }) => role === 'user') ?? context.at(-1);
  return {
    line,
    cluster: row.cluster,
    ...(system === undefined ? {} : { system: system.content }),
    prompt: prompt?.content ?? '',
    expected,
    ...(row.kind === 'chat' && row.tools !== undefined ? { hasCalls: calls !== undefined } : {}),
  };
}
