import { LatheError } from '@lathe/contracts/error';
import type { ImportEval } from '@lathe/contracts/http/eval-import';
import { parse } from 'yaml';
import type { Imported } from './imported.ts';
import { readTaskWithDocuments } from './lm-eval.ts';
import { type OpenAiImport, readOpenAiEval } from './openai-evals.ts';
import { readConfig } from './promptfoo.ts';
import { readResults } from './promptfoo-results.ts';

type Platform = Pick<OpenAiImport, 'runsPython'>;

/** Reads what is imported. Throws `invalid_value` for a text that is no such file, or of which nothing can be kept. */
export function readImport(request: ImportEval, here: Platform): Imported {
  const read = readFile(request, here);
  if (read.criteria.length === 0)
    throw refused(
      `None of its assertions or graders can be kept.${whyNot(read) ?? ' It has none.'}`,
    );
  if (read.asks?.length === 0)
    throw refused(`None of its prompts can be kept.${whyNot(read) ?? ' It has none.'}`);
  if (read.rows.length === 0) throw refused(`It has no rows.${whyNot(read) ?? ''}`);
  return { ...read, name: (request.name ?? read.name).slice(0, 256) };
}

function readFile({ format, content, model, documents }: ImportEval, here: Platform): Imported {
  try {
    switch (format) {
      case 'promptfoo':
        // JSON is YAML; few aliases, so that a small text stays a small value.
        return readConfig(parse(content, { maxAliasCount: 100 }));
      case 'promptfoo_results':
        return readResults(JSON.parse(content));
      case 'openai_evals':
        return readOpenAiEval(JSON.parse(content), { ...here, model });
      case 'lm_eval':
        return readTaskWithDocuments(content, documents);
    }
  } catch (error) {
    if (error instanceof LatheError) throw error;
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw refused(`It cannot be read: ${reason}`);
  }
}

/** Of the first part that is left out, why, after a space. */
function whyNot({ findings }: Imported): string | undefined {
  const first = findings.find(({ outcome }) => outcome === 'impossible');
  return first && ` ${first.at}: ${first.message}`;
}

function refused(message: string): LatheError {
  return new LatheError('invalid_value', `Invalid value for 'content': ${message}`, {
    param: 'content',
  });
}
