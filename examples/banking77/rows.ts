import { parseCsv } from './csv.ts';

/** One bank customer's question with the name of its intent, such as `transfer_fee_charged`. */
export interface LabelledQuestion {
  readonly question: string;
  readonly intent: string;
}

/** What the model is told before each question. */
const systemPrompt = "Name the intent of the bank customer's question.";

/**
 * Reads the `text,category` table of banking77.
 *
 * @throws Error naming the file and row when the header or the number of fields is another one
 */
export function readQuestions(text: string, name: string): LabelledQuestion[] {
  const [header, ...rows] = parseCsv(text, name);
  if (header?.join(',') !== 'text,category') {
    throw new Error(
      `${name}: the header must be "text,category", not "${header?.join(',') ?? ''}"`,
    );
  }
  return rows.map((row, index) => {
    const [question, intent] = row;
    if (row.length !== 2 || !question || !intent) {
      throw new Error(`${name} row ${index + 2}: expected a text and a category`);
    }
    return { question: question.trim(), intent };
  });
}

/** The `count` intents with the most questions; of two equally large ones the earlier name first. */
export function largestIntents(questions: readonly LabelledQuestion[], count: number): string[] {
  const sizes = new Map<string, number>();
  for (const { intent } of questions) sizes.set(intent, (sizes.get(intent) ?? 0) + 1);
  return [...sizes]
    .sort(([a, sizeA], [b, sizeB]) => sizeB - sizeA || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([intent]) => intent);
}

/** One line of OpenAI chat JSONL; the answer is the intent in words: `transfer fee charged`. */
export function chatLine({ question, intent }: LabelledQuestion): string {
  return JSON.stringify({
    messages: [
      { role: 'system', content: systemPrompt },
      { role: 'user', content: question },
      { role: 'assistant', content: intent.replaceAll('_', ' ').toLowerCase() },
    ],
  });
}
