import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * What a writer is asked for; the chunk takes the place of `{{text}}`. The evidence comes first, so that a model reads before
 * it writes; and there is no example, since small models copy it.
 */
const template = `Read the text. Find up to {{pairs}} sentences in it that answer a question somebody may have.
For each write "evidence": the sentence copied word for word; "question": what one would ask, ending with a question mark; "answer": the answer in a few words of that sentence; "confidence": a number from 0 to 1.
Use only what the text says. Answer with JSON: {"pairs": [{"evidence": "…", "question": "…?", "answer": "…", "confidence": 0.9}]}

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
            evidence: text,
            question: text,
            answer: text,
            confidence: { type: 'number', minimum: 0, maximum: 1 },
          },
          required: ['evidence', 'question', 'answer', 'confidence'],
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
