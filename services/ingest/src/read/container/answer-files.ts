import { sizeText } from '@lathe/contracts/words/size';
import type { Line } from '../lines.ts';
import { parseLine } from '../parse.ts';
import { Unreadable } from './limits.ts';

/** Most bytes of answers that wait for their questions. */
const mostBytes = 64 * 1024 * 1024;
/** Deepest nesting of an answer. */
const maxDepth = 64;

/** Whether rows with these keys answer questions that stand in another file, as BFCL keeps them. */
export function areAnswers(keys: readonly string[]): boolean {
  return keys.includes('id') && keys.includes('ground_truth') && !keys.includes('question');
}

/** Whether rows with these keys ask what other files may answer. */
export function areQuestions(keys: readonly string[]): boolean {
  return keys.includes('id') && keys.includes('question') && !keys.includes('ground_truth');
}

/** Answers by the ids of their questions, as JSON; each is taken once. */
export type Answers = {
  /** Takes the answer on a line; gives the line back, as a problem, where it is none. Throws Unreadable for too many. */
  add(line: Line): Line | undefined;
  /** A question with its answer as `ground_truth`; as it is where there is none. */
  answer(line: Line): Line;
  /** How many answers no question has asked for. */
  left(): number;
};

export function createAnswers(maxLineBytes: number): Answers {
  const answers = new Map<string, string>();
  const used = new Set<string>();
  let bytes = 0;
  const rowOf = (line: Line): Record<string, unknown> | undefined => {
    const parsed = parseLine(line, { maxLineBytes, maxDepth });
    const value = 'value' in parsed ? parsed.value : undefined;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  };
  return {
    add(line) {
      const row = rowOf(line);
      if (row === undefined || row.ground_truth === undefined) return line;
      const id = String(row.id);
      if (answers.has(id)) {
        const message = `the line answers the question ${JSON.stringify(id)} a second time`;
        return problem(line, message);
      }
      const answer = JSON.stringify(row.ground_truth);
      bytes += id.length + answer.length;
      if (bytes > mostBytes)
        throw new Unreadable(
          `has answers of more than ${sizeText(mostBytes)} in files of their own`,
        );
      answers.set(id, answer);
      return undefined;
    },
    answer(line) {
      const row = rowOf(line);
      const id = String(row?.id);
      const answer = row === undefined ? undefined : answers.get(id);
      if (answer === undefined || !('bytes' in line)) return line;
      used.add(id);
      const rest = Buffer.from(line.bytes).toString().trimStart().slice(1);
      return { ...line, bytes: Buffer.from(`{"ground_truth":${answer},${rest}`) };
    },
    left: () => answers.size - used.size,
  };
}

function problem({ number, member }: Line, message: string): Line {
  return { number, ...(member !== undefined && { member }), problem: { rule: 'answer', message } };
}
