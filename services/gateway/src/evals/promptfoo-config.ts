import type { EvalItem } from '@lathe/contracts/artifact/eval-item';
import type { ItemResult } from '@lathe/contracts/http/eval-run';
import type { Grader } from '@lathe/contracts/http/grader';
import type { Asking, EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { stringify } from 'yaml';
import { fillNames, isBeyondNames } from '../imports/nunjucks.ts';

/** A run that is to be exported, the name of its eval, and the address of this service as the client has it. */
export type Exported = {
  readonly run: EvalRunRecord;
  readonly evalName: string;
  readonly origin: string;
};

/** What `string_check` is called there. */
const checks = { eq: 'equals', ne: 'not-equals', like: 'contains', ilike: 'icontains' } as const;
const output = /^\{\{\s*sample\.output_text\s*\}\}$/;
/** From where on a program passes that says no threshold. */
const usualThreshold = 0.5;

/** Everything before the tests. */
export function promptfooHead({ run, evalName, origin }: Exported): string {
  const { asking, criteria, tally } = run;
  const { passed, failed, errored } = tally.counts;
  const said = [
    `The run ${run.id} of Lathe: ${passed} rows pass and ${failed} fail, here and there.`,
    'Each test has the answer of then as its providerOutput; without those lines the model is asked again.',
    ...(errored > 0 ? [`${errored} rows that could not be judged are left out.`] : []),
    ...criteria.map((grader) => `criterion ${JSON.stringify(grader.name)}: ${becomes(grader)}`),
  ];
  const head = {
    description: run.name || evalName || run.id,
    prompts: [asking === null ? '{{ item | dump }}' : promptOf(asking.messages)],
    providers: [asking === null ? 'echo' : providerOf(asking.chat, origin)],
  };
  return `${said.map((line) => `# ${line}\n`).join('')}${stringify(head, { lineWidth: 0 })}tests:\n`;
}

function becomes(grader: Grader): string {
  if (grader.type === 'string_check' && output.test(grader.input))
    return `${checks[grader.operation]}.`;
  if (grader.type === 'javascript' && isPortable(grader.source)) return 'the same program.';
  return `promptfoo has no like of this ${grader.type}; its verdicts of then stand in the tests.`;
}

function providerOf(chat: Asking['chat'], origin: string): object {
  const { model, temperature, topP, maxTokens, seed } = chat;
  return {
    id: `openai:chat:${model}`,
    config: {
      ...{ apiBaseUrl: `${origin}/v1`, apiKeyEnvar: 'LATHE_API_KEY' },
      ...{ temperature, top_p: topP },
      // Otherwise promptfoo asks for a number of its own, which may not fit.
      ...(maxTokens === null ? { omitDefaults: true } : { max_tokens: maxTokens }),
      ...(seed !== null && { seed }),
    },
  };
}

/** The messages as promptfoo reads a chat; templates that have names alone are the same there. */
function promptOf(messages: Asking['messages']): string {
  if (messages.kind === 'reference') return `{{ ${messages.path} | dump }}`;
  const chat = messages.template.map(({ role, content }) => ({
    role,
    content: [content]
      .flat()
      .map((block) => (typeof block === 'string' ? block : block.text))
      .join(''),
  }));
  return JSON.stringify(chat);
}

/** A judged row as an entry of `tests`, which passes there where it passed here. */
export function promptfooTest({ criteria }: EvalRunRecord, item: EvalItem): string {
  const answer = item.sample.output[0]?.content ?? '';
  const asserted = item.results.map((result) => {
    const grader = criteria.find(({ name }) => name === result.name);
    const own = grader && assertionOf(grader, item, { answer, result });
    return { ...(own ?? verdictOf(result, answer)), metric: result.name };
  });
  const test = {
    description: `row ${item.index}`,
    vars: { item: literalOf(item.item) },
    // One that is empty is taken for none.
    ...(answer === ''
      ? { providerOutput: ' ', options: { transform: "''" } }
      : { providerOutput: answer }),
    assert: asserted,
  };
  return stringify([test], { lineWidth: 0 });
}

type Assertion = { readonly type: string; readonly value: string };

/** The criterion as promptfoo has it; undefined where it has none that is sure to say the same of this row. */
function assertionOf(
  grader: Grader,
  { item }: EvalItem,
  { answer, result }: { readonly answer: string; readonly result: ItemResult },
): Assertion | undefined {
  if (grader.type === 'javascript' && isPortable(grader.source) && !hasMarks(JSON.stringify(item)))
    return { type: 'javascript', value: literal(programOf(grader)) };
  if (grader.type !== 'string_check' || !output.test(grader.input)) return undefined;
  const { operation, reference: template } = grader;
  if (isBeyondNames(template)) return undefined;
  const reference = fillNames(template, { item, sample: { output_text: answer } });
  // Some beginnings are names of files there.
  if (/^(?:file|package):/.test(reference)) return undefined;
  if (passes(operation, answer, reference) !== result.passed) return undefined;
  return { type: checks[operation], value: literal(reference) };
}

function passes(operation: keyof typeof checks, answer: string, reference: string): boolean {
  if (operation === 'like') return answer.includes(reference);
  if (operation === 'ilike') return answer.toLowerCase().includes(reference.toLowerCase());
  return (answer === reference) === (operation === 'eq');
}

/** Whether a program looks at nothing of a sample but the answer, which is all that it is shown there. */
function isPortable(source: string): boolean {
  const rest = source
    .replace(/\bfunction\s+grade\s*\(\s*sample\b/, '')
    .replace(/\bsample\s*\.\s*output_(?:text|json)\b/g, '');
  return /\bfunction\s+grade\s*\(/.test(source) && !/\bsample\b|\barguments\b/.test(rest);
}

function programOf({ source, pass_threshold: threshold }: Grader & { type: 'javascript' }): string {
  return `${source}
let output_json;
try { output_json = JSON.parse(output); } catch { output_json = undefined; }
const score = Number(grade({ output_text: output, output_json }, context.vars.item));
return { pass: score >= ${threshold ?? usualThreshold}, score, reason: 'graded as in Lathe' };
`;
}

/** What was said then, of the answer of then alone. */
function verdictOf({ passed, score }: ItemResult, answer: string): Assertion {
  const same = answer === '' ? "output === ''" : 'output === context.test.providerOutput';
  return {
    type: 'javascript',
    value: `const isJudged = ${same};
return { pass: isJudged && ${passed}, score: isJudged ? ${score} : 0, reason: isJudged ? 'judged by Lathe' : 'Lathe has not judged this answer' };
`,
  };
}

function literalOf(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map(literalOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literalOf(inner)]));
}

/** A text that promptfoo's templates leave as it is. */
function literal(text: string): string {
  if (!hasMarks(text)) return text;
  if (!text.includes('endraw')) return `{% raw %}${text}{% endraw %}`;
  return `{{ ${JSON.stringify(text)} }}`;
}

function hasMarks(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text);
}
