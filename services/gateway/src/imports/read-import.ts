import { LatheError } from '@lathe/contracts/error';
import type { ImportEval, ImportFinding } from '@lathe/contracts/http/eval-import';
import { parse } from 'yaml';
import type { Imported } from './imported.ts';
import { readOpenAiEval } from './openai-evals.ts';
import { readConfig } from './promptfoo.ts';
import { readResults } from './promptfoo-results.ts';

/** Reads what is imported. Throws `invalid_value` for a text that is no such file, or of which nothing can be kept. */
export function readImport({ format, content, name, model }: ImportEval): Imported {
  let file: unknown;
  try {
    // JSON is YAML; few aliases, so that a small text stays a small value.
    file = format === 'promptfoo' ? parse(content, { maxAliasCount: 100 }) : JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw refused(`It cannot be read: ${reason}`);
  }
  const readers = {
    promptfoo: readConfig,
    promptfoo_results: readResults,
    openai_evals: () => readOpenAiEval(file, model),
  } as const;
  const read = readers[format](file);
  if (read.criteria.length === 0)
    throw refused(`None of its assertions or graders can be kept. ${whyNot(read.findings)}`);
  if (read.asks?.length === 0)
    throw refused(`None of its prompts can be kept. ${whyNot(read.findings)}`);
  if (read.rows.length === 0) throw refused(`It has no rows. ${whyNot(read.findings)}`);
  return { ...read, name: (name ?? read.name).slice(0, 256) };
}

function whyNot(findings: readonly ImportFinding[]): string {
  const first = findings.find(({ outcome }) => outcome === 'impossible');
  return first === undefined ? 'It has none.' : `${first.at}: ${first.message}`;
}

function refused(message: string): LatheError {
  return new LatheError('invalid_value', `Invalid value for 'content': ${message}`, {
    param: 'content',
  });
}
