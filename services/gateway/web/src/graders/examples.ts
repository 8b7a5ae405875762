const output = '{{ sample.output_text }}';
const reference = '{{ item.answer }}';

/** Graders to begin with, by what they judge; each reads the right answer from the row's field `answer`. */
const examples: readonly (readonly [name: string, grader: Readonly<Record<string, unknown>>])[] = [
  [
    'The answer is just the right one',
    { type: 'string_check', name: 'right', operation: 'eq', input: output, reference },
  ],
  [
    'The answer holds the right one',
    { type: 'string_check', name: 'holds', operation: 'ilike', input: output, reference },
  ],
  [
    'The answer is near the right one',
    {
      ...{ type: 'text_similarity', name: 'near', evaluation_metric: 'rouge_l' },
      ...{ input: output, reference, pass_threshold: 0.5 },
    },
  ],
  [
    'A program of yours gives a number',
    {
      ...{ type: 'javascript', name: 'program', pass_threshold: 0.5 },
      source:
        'function grade(sample, item) {\n  return sample.output_text.includes(item.answer) ? 1 : 0;\n}',
    },
  ],
  [
    'A model judges it',
    {
      ...{ type: 'label_model', name: 'judge', model: 'the name of a model' },
      input: [
        { role: 'user', content: `Is this a polite answer? ${output}\nReply with yes or no.` },
      ],
      ...{ labels: ['yes', 'no'], passing_labels: ['yes'] },
    },
  ],
];

/** The same as texts to edit. */
export const graderExamples = examples.map(([name, grader]) => ({
  name,
  text: JSON.stringify(grader, null, 2),
}));

/** The one that forms begin with. */
export const firstGrader = graderExamples[0]?.text ?? '{}';

/** A text as JSON. Throws with a sentence about `what` where it is none. */
export function parsedJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${what} cannot be read as JSON: ${reason}`);
  }
}
