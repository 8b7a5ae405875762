import type { Grader, SingleGrader } from '@lathe/contracts/http/grader';
import { gradersOf } from './graders-of.ts';
import { blocksOf } from './question.ts';
import { namesIn } from './template.ts';

/**
 * The fields that every row must have, so that the templates of a grader can be filled: what they name of `item`, without what
 * is inside those fields. What a program looks at is not known.
 *
 * @example itemFieldsOf({ type: 'string_check', name: 'same', operation: 'eq', input: '{{ sample.output_text }}', reference: '{{ item.label }}' }); // label
 */
export function itemFieldsOf(grader: Grader): string[] {
  const texts = gradersOf(grader).flatMap((one) => requiredTexts(one.grader));
  const names = texts.flatMap(namesIn);
  return [
    ...new Set(
      names.flatMap(([root, field]) => (root === 'item' && field !== undefined ? field : [])),
    ),
  ];
}

/** Templates without which there is no score; a person's label may be missing. */
function requiredTexts(grader: SingleGrader): string[] {
  switch (grader.type) {
    case 'string_check':
    case 'text_similarity':
      return [grader.input, grader.reference];
    case 'score_model':
    case 'label_model':
      return grader.input.flatMap(({ content }) => blocksOf(content));
    case 'pairwise_model':
      return [grader.question, grader.answer, grader.other, grader.instructions ?? ''];
    case 'python':
    case 'javascript':
      return [];
  }
}
