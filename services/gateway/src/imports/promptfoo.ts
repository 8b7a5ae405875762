import { z } from 'zod';
import { parseRequest } from '../http/parse.ts';
import { type Assertion, Assertions, type Check } from './assertions.ts';
import { Findings } from './findings.ts';
import { greedyAsk, type Imported, rowLines } from './imported.ts';
import { namesIn, type Vars } from './nunjucks.ts';
import { promptOf } from './prompts.ts';

export const assertionSchema = z.looseObject({
  type: z.string(),
  value: z.unknown().optional(),
  threshold: z.number().optional(),
  weight: z.number().optional(),
  transform: z.unknown().optional(),
});
const testSchema = z.looseObject({
  vars: z.record(z.string(), z.unknown()).optional(),
  assert: z.array(assertionSchema).nullish(),
});
const promptSchema = z.union([z.string(), z.looseObject({ raw: z.string() })]);
const configSchema = z.looseObject({
  description: z.string().optional(),
  prompts: z.union([promptSchema, z.array(promptSchema)]),
  tests: z.array(testSchema),
  defaultTest: testSchema.optional(),
});
type Test = z.infer<typeof testSchema>;

const known = new Set(['description', 'prompts', 'tests', 'defaultTest', 'providers', 'targets']);
const knownOfTest = new Set(['vars', 'assert', 'description', 'metadata']);

/** What an item of a row of promptfoo's is like. */
export const promptfooItems = { type: 'object', properties: { vars: { type: 'object' } } };

/** Reads promptfoo's configuration. Throws `invalid_value` for one that is none. */
export function readConfig(file: unknown): Imported {
  const config = parseRequest(configSchema, file);
  const findings = new Findings();
  findings.add('providers', 'changed', 'The model that the import names is asked instead.');
  tellUnknown(config, known, '', findings);
  const prompts = [config.prompts].flat().flatMap((prompt, at) => {
    const text = typeof prompt === 'string' ? prompt : prompt.raw;
    return promptOf(text, `prompts[${at}]`, findings) ?? [];
  });
  const names = prompts.flatMap(({ texts }) => texts.flatMap(namesIn));
  const assertions = new Assertions(findings);
  const { defaultTest = {} } = config;
  tellUnknown(defaultTest, knownOfTest, 'defaultTest.', findings);
  const rows = rowLines();
  for (const [at, test] of config.tests.entries()) {
    const where = `tests[${at}]`;
    tellUnknown(test, knownOfTest, `${where}.`, findings);
    const asserted = [...assertsOf(defaultTest, 'defaultTest'), ...assertsOf(test, where)];
    for (const vars of combinations({ ...defaultTest.vars, ...test.vars })) {
      if (Object.values(vars).some(isMoreThanValue)) {
        const why = 'A variable is a file or a template, not a value; the row is left out.';
        findings.add(`${where}.vars`, 'impossible', why);
        continue;
      }
      const checks = asserted.flatMap(
        ([path, each]): Check[] | Check => assertions.check(each, vars, path) ?? [],
      );
      const item = { vars: withAll(names, vars), checks };
      // Lists of variables multiply.
      rows.add({ item });
    }
  }
  const name = config.description ?? 'promptfoo';
  return {
    ...{ name, rows: rows.lines, itemSchema: promptfooItems },
    criteria: assertions.criteria(),
    asks: prompts.map(({ template }, at) =>
      greedyAsk(prompts.length === 1 ? name : `${name} ${at + 1}`, template),
    ),
    findings: findings.list,
  };
}

function tellUnknown(
  part: object,
  names: ReadonlySet<string>,
  at: string,
  findings: Findings,
): void {
  for (const key of Object.keys(part))
    if (!names.has(key))
      findings.add(`${at}${key}`, 'impossible', 'It has no meaning here, and is left out.');
}

function assertsOf(test: Test, where: string): [string, Assertion][] {
  return (test.assert ?? []).map((each, at) => [`${where}.assert[${at}]`, each]);
}

function isMoreThanValue(value: unknown): boolean {
  return typeof value === 'string' && /^file:\/\/|\{\{|\{%/.test(value);
}

/** Every choice of one of each list, as promptfoo makes tests of lists. */
function* combinations(vars: Vars): Generator<Vars> {
  const list = Object.entries(vars).find(([, value]) => Array.isArray(value));
  if (list === undefined) {
    yield vars;
    return;
  }
  for (const one of list[1] as unknown[]) yield* combinations({ ...vars, [list[0]]: one });
}

/** The variables with the names that a prompt has, which are empty where a row lacks them. */
function withAll(names: readonly string[], vars: Vars): Vars {
  const given = Object.entries(vars).filter(([, value]) => value != null);
  return { ...Object.fromEntries(names.map((name) => [name, ''])), ...Object.fromEntries(given) };
}
