import { z } from 'zod';
import { parseRequest } from '../http/parse.ts';
import { Assertions, type Check } from './assertions.ts';
import { Findings } from './findings.ts';
import type { Imported } from './imported.ts';
import { assertionSchema, promptfooItems } from './promptfoo.ts';

const resultSchema = z.looseObject({
  success: z.boolean(),
  response: z.looseObject({ output: z.unknown().optional() }).nullish(),
  vars: z.record(z.string(), z.unknown()).default({}),
  testCase: z.looseObject({ assert: z.array(assertionSchema).nullish() }),
  prompt: z.looseObject({ raw: z.string() }).optional(),
});
const fileSchema = z.looseObject({
  results: z.looseObject({ results: z.array(resultSchema) }),
  config: z.looseObject({ description: z.string().nullish() }).optional(),
});

/** Reads promptfoo's results: rows with the answers of then. Throws `invalid_value` for what is none. */
export function readResults(file: unknown): Imported {
  const { results, config } = parseRequest(fileSchema, file);
  const findings = new Findings();
  const assertions = new Assertions(findings);
  const rows: string[] = [];
  let passed = 0;
  for (const [at, result] of results.results.entries()) {
    const where = `results.results[${at}]`;
    const output = result.response?.output;
    if (output === undefined || output === null) {
      findings.add(where, 'impossible', 'It has no answer, and is left out.');
      continue;
    }
    if (result.success) passed++;
    const { vars, prompt } = result;
    const checks = (result.testCase.assert ?? []).flatMap(
      (each, i): Check[] | Check =>
        assertions.check(each, vars, `${where}.testCase.assert[${i}]`) ?? [],
    );
    const output_text = typeof output === 'string' ? output : JSON.stringify(output);
    const item = { vars, checks, ...(prompt !== undefined && { prompt: prompt.raw }) };
    rows.push(JSON.stringify({ item, sample: { output_text } }));
  }
  findings.add(
    'results',
    'kept',
    `promptfoo counted ${passed} of ${rows.length} answers as passed.`,
  );
  return {
    name: config?.description ?? 'promptfoo',
    criteria: assertions.criteria(),
    ...{ rows, itemSchema: promptfooItems },
    asks: null,
    findings: findings.list,
  };
}
