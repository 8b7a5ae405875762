import { type Grader, modelOf, pairLabels, type SingleGrader } from '@lathe/contracts/http/grader';
import { type Fault, GradingFault } from './fault.ts';
import { parseFormula } from './formula.ts';
import { gradersOf, type NamedGrader } from './graders-of.ts';
import { type ProgramLimits, programProblem, runProgram } from './javascript.ts';
import { pairQuestion } from './pairwise.ts';
import { blocksOf, chatQuestion, type Question } from './question.ts';
import { stringCheck } from './string-check.ts';
import { checkTemplate, fillTemplate, type Namespaces, sampleOf } from './template.ts';
import { textSimilarity } from './text-similarity.ts';

/** A part of a grading: its score, why there is none, or what a model has to be asked for it. Plain data. */
export type Part = { readonly name: string } & (
  | { readonly score: number }
  | { readonly fault: Fault }
  /** `human`: what a person says of it, where the row has that. */
  | { readonly question: Question; readonly human?: string }
);

/**
 * Why a grader could never run, as one sentence, or undefined: a template that names what there is not, a formula or a program
 * that cannot be read, or two graders of one name.
 *
 * @example const problem = problemOf({ type: 'string_check', name: 'same', operation: 'eq', input: '{{ sample.output_text }}', reference: 'yes' });
 */
export function problemOf(grader: Grader): string | undefined {
  const named = gradersOf(grader);
  const names = named.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) return `Two graders have the name ${JSON.stringify(twice)}.`;
  try {
    if (grader.type === 'multi') parseFormula(grader.calculate_output, names);
    for (const one of named) for (const text of templatesOf(one.grader)) checkTemplate(text);
    const programs = named.flatMap(({ grader: one }) => (one.type === 'javascript' ? [one] : []));
    return programs.map(programProblem).find((problem) => problem !== undefined);
  } catch (error) {
    if (error instanceof GradingFault) return error.message;
    throw error;
  }
}

/**
 * Why a grader cannot run on a platform without a sandbox for Python, as one sentence; undefined where no part of it is Python.
 *
 * @example pythonProblem({ type: 'python', name: 'same', source: 'def grade(sample, item): return 1.0' });
 */
export function pythonProblem(grader: Grader): string | undefined {
  const python = gradersOf(grader).find((one) => one.grader.type === 'python');
  return python === undefined ? undefined : refusedPython(python.name);
}

const refusedPython = (name: string): string =>
  `The grader ${JSON.stringify(name)} is a Python program, and this platform has no sandbox for Python; write it as type "javascript".`;

function templatesOf(grader: SingleGrader): string[] {
  if (grader.type === 'string_check' || grader.type === 'text_similarity')
    return [grader.input, grader.reference];
  if (grader.type === 'python' || grader.type === 'javascript') return [];
  if (grader.type === 'pairwise_model') {
    const { question, answer, other, instructions = '', human_label: human = '' } = grader;
    return [question, answer, other, instructions, human];
  }
  const texts = grader.input.flatMap(({ content }) => blocksOf(content));
  return grader.type === 'label_model' ? [...texts, grader.human_label ?? ''] : texts;
}

/** A row, what was answered, and what else is known of the answer. */
export type Answered = {
  readonly item: unknown;
  /** null: the row brings none along. */
  readonly answer: string | null;
  readonly sample?: Readonly<Record<string, unknown>> | undefined;
};

/**
 * Grades an answer as far as that needs no model: what is left are questions, whose answers go to `finishGrading`. What
 * fails is a fault of that part; this throws nothing that a grader or an answer says.
 *
 * @example
 * const parts = await beginGrading(
 *   { type: 'string_check', name: 'same', operation: 'eq', input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
 *   { item: { label: 'yes' }, answer: 'yes' },
 *   { programMs: 1000, programBytes: 32 * 1024 * 1024 },
 * );
 */
export async function beginGrading(
  grader: Grader,
  answered: Answered,
  limits: ProgramLimits,
): Promise<Part[]> {
  const namespaces = namespacesOf(answered);
  const parts: Part[] = [];
  for (const named of gradersOf(grader)) parts.push(await partOf(named, namespaces, limits));
  return parts;
}

/** What graders see of an answered row. */
export function namespacesOf({ item, answer, sample }: Answered): Namespaces {
  return { item, sample: { ...sample, ...(answer === null ? {} : sampleOf(answer)) } };
}

async function partOf(
  { name, grader }: NamedGrader,
  namespaces: Namespaces,
  limits: ProgramLimits,
): Promise<Part> {
  const fill = (text: string) => fillTemplate(text, namespaces);
  try {
    switch (grader.type) {
      case 'string_check':
        return {
          name,
          score: stringCheck(grader.operation, fill(grader.input), fill(grader.reference)),
        };
      case 'text_similarity': {
        const { evaluation_metric: metric } = grader;
        const texts = [fill(grader.input), fill(grader.reference)] as const;
        if (metric === 'cosine')
          return { name, question: { kind: 'vectors', model: modelOf(grader) ?? '', texts } };
        return { name, score: textSimilarity(metric, ...texts) };
      }
      case 'score_model':
        return { name, question: chatQuestion(grader, namespaces) };
      case 'label_model':
        return {
          ...{ name, question: chatQuestion(grader, namespaces) },
          ...humanLabel(grader.human_label, grader.labels, namespaces),
        };
      case 'pairwise_model':
        return {
          ...{ name, question: pairQuestion(grader, namespaces) },
          ...humanLabel(grader.human_label, pairLabels, namespaces),
        };
      case 'javascript':
        return {
          name,
          score: await runProgram({ name, source: grader.source }, namespaces, limits),
        };
      case 'python':
        throw new GradingFault('python_grader_server_error', refusedPython(name));
    }
  } catch (error) {
    if (!(error instanceof GradingFault)) throw error;
    return { name, fault: { kind: error.kind, message: error.message } };
  }
}

/** What a person says of the row, as a member of its part; none where the row says nothing. */
function humanLabel(
  template: string | undefined,
  labels: readonly string[],
  namespaces: Namespaces,
): { readonly human?: string } {
  const human = template === undefined ? '' : textOf(template, namespaces).trim();
  if (human === '') return {};
  if (labels.includes(human)) return { human };
  const known = labels.map((label) => JSON.stringify(label)).join(', ');
  throw new GradingFault(
    'other_error',
    `The human label ${JSON.stringify(human)} is none of ${known}.`,
  );
}

/** A template filled in; empty where the row lacks what it names, or has null there. */
function textOf(template: string, namespaces: Namespaces): string {
  try {
    const text = fillTemplate(template, namespaces);
    return text === 'null' ? '' : text;
  } catch (error) {
    if (error instanceof GradingFault) return '';
    throw error;
  }
}
