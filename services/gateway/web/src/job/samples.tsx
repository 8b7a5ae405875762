import { figure } from '../ui/numbers.ts';
import { type Column, Table } from '../ui/table.tsx';
import { differenceFrom } from '../ui/word-difference.ts';
import type { LiveRun } from './live-run.ts';

/** Steps of which the answers are shown side by side. */
const shownSteps = 4;

/** What the model answers to the same prompts, step by step, the newest beside earlier ones, with the words marked that are new. */
export function SampleAnswers({ run }: { readonly run: LiveRun }) {
  const heldOut = run.samples.filter(({ isHeldOut }) => isHeldOut);
  const all = heldOut.length > 0 ? heldOut : run.samples;
  const steps = spread(all, shownSteps);
  const prompts = [...new Set(steps.flatMap(({ answers }) => answers.map(promptOf)))];
  return (
    <div class="samples">
      <Table<string>
        name="samples"
        caption="Answers by step"
        rows={prompts}
        keyOf={(prompt) => prompt}
        pageRows={8}
        columns={[promptColumn(steps), ...steps.map((_, at) => stepColumn(steps, at))]}
      />
    </div>
  );
}

function promptColumn(steps: LiveRun['samples']): Column<string> {
  return {
    head: 'Prompt',
    value: (prompt) => askedOf(steps, prompt),
    cell: (prompt) => <div class="said soft">{askedOf(steps, prompt)}</div>,
  };
}

/** The answers of a step, each beside that of the step before it. */
function stepColumn(steps: LiveRun['samples'], at: number): Column<string> {
  const told = (prompt: string, place = at) => answerAt(steps, place, prompt);
  return {
    head: `Step ${steps[at]?.step}`,
    value: (prompt) => {
      const answer = told(prompt);
      return answer === undefined ? null : textOf(answer);
    },
    cell: (prompt) => {
      const answer = told(prompt);
      if (answer === undefined) return '–';
      return (
        <>
          <div class="said">
            <Changed now={answer} before={told(prompt, at - 1)} />
          </div>
          {typeof answer.reward === 'number' && (
            <div class="soft small-text">reward {figure(answer.reward)}</div>
          )}
        </>
      );
    },
  };
}

type Answer = Readonly<Record<string, unknown>>;

/** The answer to a prompt in a step, where there is one. */
function answerAt(steps: LiveRun['samples'], at: number, prompt: string): Answer | undefined {
  return at < 0 ? undefined : steps[at]?.answers.find((each) => promptOf(each) === prompt);
}

/** An answer with the words marked that the one before it had not. */
function Changed({ now, before }: { readonly now: Answer; readonly before: Answer | undefined }) {
  if (before === undefined) return <>{textOf(now)}</>;
  return (
    <>
      {differenceFrom(textOf(now), textOf(before)).map(({ text, isOwn }, i) =>
        isOwn ? (
          <mark class="new" key={String(i)}>
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </>
  );
}

function promptOf(answer: Answer): string {
  return String(answer.prompt ?? answer.question ?? answer.line ?? answer.row ?? '');
}

/** What a prompt asks, and what its row expects, where the events tell. */
function askedOf(steps: LiveRun['samples'], prompt: string): string {
  const told = steps.flatMap(({ answers }) => answers).find((each) => promptOf(each) === prompt);
  const { asked, expected } = told ?? {};
  if (typeof asked !== 'string') return prompt;
  return typeof expected === 'string' ? `${asked}\nexpected: ${expected}` : asked;
}

function textOf(answer: Answer): string {
  return String(answer.answer ?? answer.text ?? '');
}

/** The first, the last, and others between them at even distances. */
function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) =>
    all.at(Math.round((i * (all.length - 1)) / (most - 1))),
  ).filter((one) => one !== undefined);
}
