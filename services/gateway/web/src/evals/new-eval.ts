import type { CreateEval } from '@lathe/contracts/http/eval';
import type { CreateRun } from '@lathe/contracts/http/eval-run';
import { parsedJson } from '../graders/examples.ts';

/** An eval as it is being written. */
export type EvalDraft = {
  readonly name: string;
  /** JSON Lines: each an object, or a text that is asked. */
  readonly rows: string;
  readonly system: string;
  /** What each row asks; `{{ item.field }}` stands for a field of the row. */
  readonly question: string;
  /** Its criterion as JSON. */
  readonly grader: string;
};

type Item = Readonly<Record<string, unknown>>;

/** The rows of a draft. Throws with the line that is no object. */
export function itemsOf({ rows }: Pick<EvalDraft, 'rows'>): readonly Item[] {
  return rows.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    const row = parsedJson(line, `Line ${at + 1}`);
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new Error(`Line ${at + 1} is no object, such as {"question": "…", "answer": "…"}.`);
    return [row as Item];
  });
}

/** The request that makes the eval of a draft. Throws with a sentence where something in it cannot be read. */
export function evalRequest(draft: EvalDraft): CreateEval {
  const fields = [...new Set(itemsOf(draft).flatMap(Object.keys))];
  return {
    name: draft.name,
    data_source_config: {
      type: 'custom',
      item_schema: {
        type: 'object',
        properties: Object.fromEntries(fields.map((field) => [field, {}])),
      },
      include_sample_schema: true,
    },
    testing_criteria: [
      parsedJson(draft.grader, 'The grader') as CreateEval['testing_criteria'][number],
    ],
  };
}

/** The request that asks a model the rows of a draft. */
export function runRequest(draft: EvalDraft, model: string): CreateRun {
  const { system, question } = draft;
  const message = (role: 'system' | 'user', content: string) => ({ role, content });
  return {
    name: model,
    data_source: {
      type: 'completions',
      model,
      source: { type: 'file_content', content: itemsOf(draft).map((item) => ({ item })) },
      input_messages: {
        type: 'template',
        template: [
          ...(system.trim() === '' ? [] : [message('system', system)]),
          message('user', question),
        ],
      },
      sampling_params: { temperature: 0 },
    },
  };
}
