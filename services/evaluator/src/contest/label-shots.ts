import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { LabelAnswer } from '@lathe/scoring/baseline/label-model';
import type { ServedModel } from '../models/models.ts';
import { type AnsweredRow, type HeldOutRow, toQuestion } from '../texts/held-out.ts';
import { chosenFewShot, type ShotSettings } from './choose-shots.ts';
import { runEntrant } from './contest.ts';
import type { EvaluatePorts } from './evaluation.ts';
import type { ModelAnswers } from './judge/judge.ts';

type Labelled = Extract<CanonicalRow, { kind: 'labelled' }>;

/** Whether a model can write the one label of a text after examples of others. */
export function writesLabels({ task, facts }: ServedModel, rows: readonly Labelled[]): boolean {
  const isWriter = facts.architecture === 'decoder' && task.type === 'generation';
  return isWriter && rows.every(({ label }) => typeof label === 'string');
}

/**
 * A base model that writes, asked for the label of each text with labelled texts before it: what there is without tuning. Null where
 * no example fits before every text.
 */
export async function labelsByFewShot(
  base: ServedModel,
  {
    rows,
    train,
    settings,
    project,
  }: {
    readonly rows: readonly Labelled[];
    readonly train: readonly Labelled[];
    readonly settings: ShotSettings;
    readonly project: string;
  },
  { engine, texts, signal, onProgress, settings: limits }: EvaluatePorts,
): Promise<ModelAnswers<LabelAnswer> | null> {
  const style = base.facts.templateProblem === null ? 'chat' : 'completion';
  const model = { ...base, style } as const;
  const asked = rows.map((labelled): HeldOutRow => {
    const row = answeredRow(model, labelled);
    return { ...toQuestion(row), row, examples: [] };
  });
  const known = train.map((labelled) => answeredRow(model, labelled));
  const options = { texts, signal, project, limits, engine, settings };
  const entrant = await chosenFewShot(model, { rows: asked, train: known }, options);
  if (entrant === null) return null;
  // The loss of written labels is none of a classifier's, and costs as much as the answers.
  const tasks = entrant.tasks.map((task) => ({ ...task, examples: [] }));
  const asking = { ...entrant, tasks };
  const { answers, ...who } = await runEntrant(asking, {
    ...{ engine, texts, project, signal, slots: limits.evaluationSlots },
    onAnswer: (done) => onProgress('few-shot', done, rows.length),
  });
  return {
    ...who,
    answers: answers.map(({ text }) => ({ answer: text.trim(), probabilities: [] })),
  };
}

/** The text as a question and its label as the answer, as a chat where the model has a template. */
function answeredRow({ style }: ServedModel, { line, text, pair, label }: Labelled): AnsweredRow {
  const whole = pair === undefined ? text : `${text}\n${pair}`;
  if (style === 'completion')
    return { kind: 'completion', line, prompt: `${whole}\n`, completion: String(label) };
  return {
    kind: 'chat',
    line,
    messages: [
      { role: 'user', content: whole },
      { role: 'assistant', content: String(label) },
    ],
  };
}
