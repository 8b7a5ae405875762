import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What a writer is asked for; the chunk takes the place of `{{text}}`. */
const template = `Read the text and write up to {{pairs}} questions that it answers, each with its answer.
Use only what the text says. "evidence" is the sentence of the text that holds the answer, copied word for word.
"confidence" is a number from 0 to 1. Where the text answers no question, write an empty list.
Answer with JSON alone. Of the text "The shop opens at nine and closes at six." one pair would be:
{"pairs": [{"question": "When does the shop open?", "answer": "At nine.", "evidence": "The shop opens at nine and closes at six.", "confidence": 0.9}]}

Text:
{{text}}`;

const pairSchema = z.object({
  question: z.string(),
  answer: z.string(),
  evidence: z.string(),
  confidence: z.number().min(0).max(1).catch(0),
});
export type WrittenPair = z.infer<typeof pairSchema>;
const answerSchema = z.object({ pairs: z.array(z.unknown()) });

/** The form of the answer as JSON Schema, for servers that keep a model to it. */
export function answerFormat(pairs: number): Record<string, unknown> {
  const text = { type: 'string', minLength: 1, maxLength: 200 };
  return {
    type: 'object',
    properties: {
      pairs: {
        type: 'array',
        maxItems: pairs,
        items: {
          type: 'object',
          properties: {
            question: text,
            answer: text,
            evidence: text,
            confidence: { type: 'number', minimum: 0, maximum: 1 },
          },
          required: ['question', 'answer', 'evidence', 'confidence'],
          additionalProperties: false,
        },
      },
    },
    required: ['pairs'],
    additionalProperties: false,
  };
}

/** The prompt about one chunk. */
export function promptFor(text: string, pairs: number): string {
  return template.replace('{{pairs}}', String(pairs)).replace('{{text}}', () => text);
}

/** SHA-256 of the prompt without its chunk, with the form of its answer. */
export function promptHash(pairs: number): string {
  const prompt = template.replace('{{pairs}}', String(pairs));
  return createHash('sha256')
    .update(prompt)
    .update(JSON.stringify(answerFormat(pairs)))
    .digest('hex');
}

/** The pairs of an answer, those of a wrong form as undefined; or why it is none. */
export function readAnswer(answer: string): readonly (WrittenPair | undefined)[] | string {
  const from = answer.indexOf('{');
  const to = answer.lastIndexOf('}');
  if (from === -1 || to < from) return 'an answer that is no JSON';
  let json: unknown;
  try {
    json = JSON.parse(answer.slice(from, to + 1));
  } catch {
    return 'an answer that is no JSON';
  }
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) return 'an answer without a list of pairs';
  return parsed.data.pairs.map((pair) => pairSchema.safeParse(pair).data);
}
