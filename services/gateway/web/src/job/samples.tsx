import { figure } from '../ui/numbers.ts';
import { Scroll } from '../ui/scroll.tsx';
import { differenceFrom } from '../ui/word-difference.ts';
import type { LiveRun } from './live-run.ts';

/** Steps of which the answers are shown side by side. */
const shownSteps = 4;

/** What the model answers to the same prompts, step by step, the newest beside earlier ones, with the words marked that are new. */
export function SampleAnswers({ run }: { readonly run: LiveRun }) {
  const heldOut = run.samples.filter(({ isHeldOut }) => isHeldOut);
  const all = heldOut.length > 0 ? heldOut : run.samples;
  const columns = spread(all, shownSteps);
  const prompts = [...new Set(columns.flatMap(({ answers }) => answers.map(promptOf)))];
  return (
    <Scroll label="Answers by step">
      <table class="cards samples">
        <thead>
          <tr>
            <th scope="col">Prompt</th>
            {columns.map(({ step }) => (
              <th scope="col" key={step}>
                Step {step}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {prompts.slice(0, 8).map((prompt) => (
            <tr key={prompt}>
              <td data-head="Prompt">
                <div class="said soft">{askedOf(columns, prompt)}</div>
              </td>
              {columns.map(({ step }, at) => {
                const answer = answerAt(columns, at, prompt);
                return (
                  <td key={step} data-head={`Step ${step}`}>
                    <div class="said">
                      {answer === undefined ? (
                        '–'
                      ) : (
                        <Changed now={answer} before={answerAt(columns, at - 1, prompt)} />
                      )}
                    </div>
                    {typeof answer?.reward === 'number' && (
                      <div class="soft small-text">reward {figure(answer.reward)}</div>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

type Answer = Readonly<Record<string, unknown>>;

/** The answer to a prompt in a column, where there is one. */
function answerAt(columns: LiveRun['samples'], at: number, prompt: string): Answer | undefined {
  return at < 0 ? undefined : columns[at]?.answers.find((each) => promptOf(each) === prompt);
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
function askedOf(columns: LiveRun['samples'], prompt: string): string {
  const told = columns.flatMap(({ answers }) => answers).find((each) => promptOf(each) === prompt);
  const { asked, expected } = told ?? {};
  if (typeof asked !== 'string') return prompt;
  return typeof expected === 'string' ? `${asked}\n→ ${expected}` : asked;
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
