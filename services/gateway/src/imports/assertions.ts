import type { Grader } from '@lathe/contracts/http/grader';
import type { Findings } from './findings.ts';
import { fillNames, isBeyondNames, type Vars } from './nunjucks.ts';

/** An assertion as promptfoo writes it. */
export type Assertion = {
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: number | undefined;
  readonly weight?: number | undefined;
  readonly transform?: unknown;
};

/** What a row asks of an answer: which criterion, and against what. */
export type Check = { readonly criterion: string; readonly value: unknown };

/** What holds an answer against a value, as promptfoo does it: an expression of `output`, a text, and `value`. */
const tests: Readonly<Record<string, string>> = {
  equals: 'typeof value === "object" ? same(value, parsed(output)) : output === String(value)',
  contains: 'output.includes(String(value))',
  icontains: 'output.toLowerCase().includes(String(value).toLowerCase())',
  'contains-any': 'value.some((each) => output.includes(String(each)))',
  'contains-all': 'value.every((each) => output.includes(String(each)))',
  'icontains-any':
    'value.some((each) => output.toLowerCase().includes(String(each).toLowerCase()))',
  'icontains-all':
    'value.every((each) => output.toLowerCase().includes(String(each).toLowerCase()))',
  'starts-with': 'output.startsWith(String(value))',
  regex: 'new RegExp(value).test(output)',
  'is-json': 'parsed(output) !== undefined',
};
const lists = new Set(['contains-any', 'contains-all', 'icontains-any', 'icontains-all']);

const helpers = `const parsed = (text) => { try { return JSON.parse(text); } catch { return undefined; } };
const sorted = (value) => Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null
  ? Object.keys(value).sort().map((key) => [key, sorted(value[key])]) : value;
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
`;

/** Collects the criteria that assertions need, and says of each assertion what became of it. */
export class Assertions {
  readonly #programs = new Map<string, string>();
  readonly #codes = new Map<string, string>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The criteria; each passes a row that has no check of it. */
  criteria(): Grader[] {
    return [...this.#programs].map(([name, passes]) => ({
      type: 'javascript',
      name,
      source: `${helpers}const passes = (output, value, context) => ${passes};
function grade(sample, item) {
  const checks = item.checks.filter((check) => check.criterion === ${JSON.stringify(name)});
  return checks.every(({ value }) => passes(sample.output_text, value, { vars: item.vars })) ? 1 : 0;
}
`,
    }));
  }

  /** The check of an assertion; undefined where there can be none, which is told. */
  check(assertion: Assertion, vars: Vars, at: string): Check | undefined {
    const { type, weight, transform } = assertion;
    const impossible = (why: string): undefined => {
      this.#findings.add(at, 'impossible', `${type}: ${why}; it is left out.`);
    };
    if (weight === 0) {
      this.#findings.add(at, 'changed', `${type}: its weight is 0, so that it is left out.`);
      return undefined;
    }
    if (transform !== undefined) return impossible('there are no transforms here');
    const isNot = type.startsWith('not-');
    const base = isNot ? type.slice(4) : type;
    if (base === 'javascript') return this.#code(assertion, { isNot, impossible });
    const test = tests[base];
    if (test === undefined) return impossible(instead(base));
    const value = filled(assertion.value, vars);
    if (value instanceof Error) return impossible(value.message);
    if (base === 'is-json' && value !== undefined) return impossible('no JSON Schema is checked');
    if (base !== 'is-json' && (value === undefined || value === null))
      return impossible('it has no value');
    const listed = lists.has(base) ? listOf(value) : value;
    if (lists.has(base) && listed === undefined) return impossible('its value is no plain list');
    if (base === 'regex' && !isRegex(listed)) return impossible('its value is no expression');
    this.#keep(type, isNot ? `!(${test})` : test);
    return { criterion: type, value: listed ?? null };
  }

  #code(
    { type, value, threshold }: Assertion,
    {
      isNot,
      impossible,
    }: { readonly isNot: boolean; readonly impossible: (why: string) => undefined },
  ): Check | undefined {
    if (typeof value !== 'string') return impossible('its value is no code');
    if (value.startsWith('file://')) return impossible('other files are not read');
    if (/\{\{|\{%/.test(value)) return impossible('its code has a template in it');
    if (/\b(?:require|import|await|async|process)\b/.test(value))
      return impossible('programs have no modules, no process and do not wait here');
    const body = value.includes('\n') ? value : `return (${value.trim().replace(/;$/, '')});`;
    const enough = threshold === undefined ? 'score > 0' : `score >= ${threshold}`;
    const passes = `{
  const result = (() => {
${body}
  })();
  const told = typeof result === 'object' && result !== null;
  const score = Number(told ? (result.pass ?? result.score) : result);
  return ${isNot ? '!' : ''}(${enough});
}`;
    const key = JSON.stringify([type, threshold, value]);
    const at = this.#codes.get(key);
    const name = at ?? (this.#codes.size === 0 ? type : `${type} ${this.#codes.size + 1}`);
    this.#codes.set(key, name);
    this.#keep(name, passes);
    return { criterion: name, value: null };
  }

  #keep(name: string, passes: string): void {
    this.#programs.set(name, passes);
    this.#findings.add(name, 'kept', 'It is a criterion of this name, a javascript grader.');
  }
}

function instead(type: string): string {
  if (/rubric|g-eval|factuality|model-graded|answer-relevance|context-|select-best/.test(type))
    return 'a score_model or label_model grader with a model of yours does that';
  if (/similar|rouge|bleu|meteor|gleu|levenshtein/.test(type))
    return 'a text_similarity grader does that, with figures of its own';
  return 'there is nothing like it';
}

/** A value with its templates filled in; an Error that says why that cannot be. */
function filled(value: unknown, vars: Vars): unknown {
  if (Array.isArray(value)) {
    const all = value.map((each) => filled(each, vars));
    return all.find((each) => each instanceof Error) ?? all;
  }
  if (typeof value !== 'string') return value;
  if (value.startsWith('file://')) return new Error('other files are not read');
  if (isBeyondNames(value)) return new Error('its template has more than names');
  return fillNames(value, vars);
}

function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || value.includes('"')) return undefined;
  return value.split(',').map((each) => each.trim());
}

function isRegex(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}
