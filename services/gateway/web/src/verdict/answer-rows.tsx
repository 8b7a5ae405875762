import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { useState } from 'preact/hooks';
import { useQueryText } from '../shell/router.ts';
import { counted, grouped } from '../ui/numbers.ts';
import { differenceFrom } from '../ui/word-difference.ts';

type Sample = EvaluationReport['samples'][number];

const kinds = ['lost', 'won', 'wrong', 'all'] as const;
type Kind = (typeof kinds)[number];
const about: Readonly<Record<Kind, string>> = {
  lost: 'Lost: the base is right, the tuned model wrong',
  won: 'Won: the tuned model is right, the base wrong',
  wrong: 'The tuned model is wrong',
  all: 'All that are kept',
};
/** Rows that are shown at a time. */
const pageRows = 5;

/** Rows with the answers of all, by who is right, with the words marked in which an answer is another than the expected one. */
export function AnswerRows({ samples }: { readonly samples: readonly Sample[] }) {
  const [chosen, setChosen] = useQueryText('rows');
  const [shown, setShown] = useState(pageRows);
  if (samples.length === 0) return null;
  const groups = new Map(kinds.map((kind) => [kind, samples.filter((each) => isOf(each, kind))]));
  const first = kinds.find((each) => (groups.get(each)?.length ?? 0) > 0) ?? 'all';
  const kind = kinds.find((each) => each === chosen) ?? first;
  const rows = groups.get(kind) ?? [];
  return (
    <>
      <h2>Rows</h2>
      <label class="row">
        Show
        <select
          value={kind}
          onChange={(event) => {
            setShown(pageRows);
            setChosen(event.currentTarget.value);
          }}
        >
          {kinds.map((each) => (
            <option key={each} value={each}>
              {about[each]} ({grouped(groups.get(each)?.length ?? 0)})
            </option>
          ))}
        </select>
      </label>
      {rows.length === 0 && <p class="soft">No row is so.</p>}
      {rows.slice(0, shown).map((sample) => (
        <Row key={`${sample.line} ${sample.prompt}`} sample={sample} />
      ))}
      {rows.length > shown && (
        <button type="button" onClick={() => setShown(shown + 4 * pageRows)}>
          Show more of {counted(rows.length, 'row')}
        </button>
      )}
    </>
  );
}

function isOf({ right = [], answers }: Sample, kind: Kind): boolean {
  const [isTuned, isBase] = [right.includes('tuned'), right.includes('base')];
  const hasBoth = 'base' in answers && 'tuned' in answers;
  if (kind === 'all') return true;
  if (kind === 'wrong') return !isTuned;
  return hasBoth && (kind === 'won' ? isTuned && !isBase : isBase && !isTuned);
}

function Row({
  sample: { line, system, prompt, expected, answers, right },
}: {
  readonly sample: Sample;
}) {
  const names = Object.keys(answers).toSorted((a, b) => rank(a) - rank(b));
  return (
    <article class="answers">
      <p class="soft small-text">
        line {grouped(line)}
        {system !== undefined && system !== '' && ` · ${system}`}
      </p>
      <p class="said">{prompt}</p>
      <dl class="facts">
        <dt>expected</dt>
        <dd class="said">{expected}</dd>
        {names.map((name) => (
          <Answer
            key={name}
            name={name}
            answer={answers[name] ?? ''}
            expected={expected}
            isRight={right?.includes(name)}
          />
        ))}
      </dl>
    </article>
  );
}

type AnswerProps = {
  readonly name: string;
  readonly answer: string;
  readonly expected: string;
  readonly isRight: boolean | undefined;
};

function Answer({ name, answer, expected, isRight }: AnswerProps) {
  return (
    <>
      <dt>
        {name}{' '}
        {isRight !== undefined && (
          <span
            class={isRight ? 'good' : 'error'}
            role="img"
            aria-label={isRight ? 'right' : 'wrong'}
          >
            {isRight ? '✓' : '✗'}
          </span>
        )}
      </dt>
      <dd class="said">
        {isRight === true
          ? answer
          : differenceFrom(answer, expected).map(({ text, isOwn }, i) =>
              isOwn ? <mark key={String(i)}>{text}</mark> : text,
            )}
      </dd>
    </>
  );
}

/** The tuned model first, then the models that it is compared with. */
function rank(name: string): number {
  const at = ['tuned', 'base', 'few-shot', 'start'].indexOf(name);
  return at === -1 ? 4 : at;
}
