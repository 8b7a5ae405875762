import { LatheError } from '@lathe/contracts/error';
import type { ImportFinding } from '@lathe/contracts/http/eval-import';
import type { Grader } from '@lathe/contracts/http/grader';

export type TemplateMessages = {
  readonly role: 'user' | 'assistant' | 'system' | 'developer';
  readonly content: string;
}[];

/** What a model is asked with every row, as a run's data source has it but for the rows and the model. */
export type Ask = {
  readonly name: string;
  readonly type: 'completions' | 'responses';
  readonly input_messages: unknown;
  readonly sampling_params: unknown;
};

/** What an import comes to: an eval, its rows, and what is asked of each. */
export type Imported = {
  readonly name: string;
  readonly criteria: Grader[];
  /** JSON Schema of the rows' items. */
  readonly itemSchema: Record<string, unknown>;
  /** Lines of a file of rows. */
  readonly rows: readonly string[];
  /** One a run; null: rows bring their answers along. */
  readonly asks: readonly Ask[] | null;
  readonly findings: ImportFinding[];
};

/** What asks a template greedily, as promptfoo and lm-evaluation-harness do. */
export function greedyAsk(name: string, template: TemplateMessages): Ask {
  const input_messages = { type: 'template', template };
  return { name, type: 'completions', input_messages, sampling_params: { temperature: 0 } };
}

/** Most rows of one import, and their characters. */
const mostRows = 100_000;
const mostChars = 64 * 1024 * 1024;

/** Collects rows as lines. Adding one throws `invalid_value` where an import comes to more than fits. */
export function rowLines() {
  const lines: string[] = [];
  let chars = 0;
  return {
    lines,
    add(row: object): void {
      const line = JSON.stringify(row);
      lines.push(line);
      chars += line.length;
      if (lines.length > mostRows || chars > mostChars)
        throw new LatheError(
          'invalid_value',
          `The import comes to more than ${mostRows} rows or ${mostChars} characters.`,
          { param: 'content' },
        );
    },
  };
}
