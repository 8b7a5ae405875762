import type { WrittenMetric } from '@lathe/recipe/early-stopping';
import { finalNumber, isStructure, jsonMatch, numberMatch } from '@lathe/scoring/answer-match';
import { rouge } from '@lathe/scoring/rouge';
import { judgeCalls } from '@lathe/scoring/tool-calls';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { toolSupport } from '@lathe/tokenizer/tool-form';
import { readCalls } from '@lathe/tokenizer/tool-reader';

/** How answers of one metric are read and scored, as the report of a job does (docs/evaluation.md). */
export type WrittenRules = {
  /** Special tokens that belong to an answer, such as those around calls. */
  readonly control: readonly string[];
  /** From 0 to 1; null where the row has nothing to score. */
  score(expected: string, answer: string): number | null;
};

/** The rules of a metric for the model in `folder`. Throws RangeError for calls where its chat template has none. */
export async function writtenRules(
  metric: WrittenMetric,
  { folder, tokenizer }: { readonly folder: string; readonly tokenizer: Tokenizer },
): Promise<WrittenRules> {
  switch (metric) {
    case 'rouge_l':
      return { control: [], score: (expected, answer) => rouge(expected, answer).rougeL.f1 };
    case 'number_match':
      return {
        control: [],
        score: (expected, answer) =>
          finalNumber(expected) === null ? null : +numberMatch(expected, answer),
      };
    case 'equal_fields':
      return {
        control: [],
        score: (expected, answer) =>
          isStructure(expected) ? jsonMatch(expected, answer).fields : null,
      };
    case 'right_calls': {
      const support = toolSupport(tokenizer, await loadChatTemplate(folder));
      if (!('form' in support))
        throw new RangeError(`early stopping watches right_calls, but ${support.problem}`);
      const { form } = support;
      return {
        control: form.control,
        score(expected, answer) {
          const { calls } = readCalls(form, expected);
          if (calls.length === 0) return null;
          return +(judgeCalls(calls, readCalls(form, answer).calls) === 'right');
        },
      };
    }
  }
}
