import { grouped } from '../../ui/numbers.ts';
import { Problem } from '../../ui/states.tsx';
import { KeepAnswer, type Keeping } from '../keep/keep-answer.tsx';
import { Tokens } from './tokens.tsx';
import { type Answer, isOpen, type Turn } from './turn.ts';

type Props = {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly isColoured: boolean;
  /** How answers become rows; null: they are not stored. */
  readonly keep: Keeping | null;
};

/** The conversation with one model. */
export function Thread({ model, turns, isColoured, keep }: Props) {
  return (
    <section class="thread" aria-label={`Answers of ${model}`}>
      <h2>{model}</h2>
      {turns.length === 0 && <p class="soft">Nothing was asked yet.</p>}
      {turns.map(({ question, answer }, at) => (
        <article key={at}>
          <p class="said question">{question}</p>
          <Said answer={answer} isColoured={isColoured} />
          <Measured answer={answer} />
          {keep !== null && answer.state === 'done' && answer.id !== null && !isEmpty(answer) && (
            <KeepAnswer id={answer.id} text={answer.text} turn={at} keep={keep} />
          )}
        </article>
      ))}
    </section>
  );
}

function Said({ answer, isColoured }: { readonly answer: Answer; readonly isColoured: boolean }) {
  const { text, calls, tokens, problem } = answer;
  if (problem !== null) return <Problem text={problem} />;
  return (
    <div aria-live="polite" aria-busy={isOpen(answer)}>
      {isColoured && tokens.length > 0 ? (
        <Tokens tokens={tokens} />
      ) : (
        <p class="said">
          {text}
          {isOpen(answer) && <span class="soft"> …</span>}
        </p>
      )}
      {calls.map(({ id, function: { name, arguments: given } }) => (
        <p key={id} class="said call">
          <code>
            {name}({given})
          </code>
        </p>
      ))}
      {!isOpen(answer) && isEmpty(answer) && <p class="soft">An empty answer.</p>}
    </div>
  );
}

function isEmpty({ text, calls }: Answer): boolean {
  return text === '' && calls.length === 0;
}

/** How long an answer took and what it came to. */
function Measured({ answer }: { readonly answer: Answer }) {
  const { state, usage, firstMs, totalMs, finishReason } = answer;
  if (totalMs === null || firstMs === null) return null;
  const writing = (totalMs - firstMs) / 1000;
  const pace = usage === null || writing <= 0 ? null : (usage.completion_tokens - 1) / writing;
  const said = [
    usage === null
      ? ''
      : `${grouped(usage.prompt_tokens)} + ${grouped(usage.completion_tokens)} tokens`,
    `first after ${grouped(firstMs)} ms`,
    `all after ${grouped(totalMs)} ms`,
    pace === null || pace < 1 ? '' : `${grouped(pace)} tokens a second`,
    state === 'stopped' ? 'stopped' : finishReason === 'length' ? 'cut off at the most tokens' : '',
  ];
  return <p class="soft small-text">{said.filter((each) => each !== '').join(' · ')}</p>;
}
