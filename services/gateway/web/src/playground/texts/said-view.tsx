import { figure, percentText } from '../../ui/numbers.ts';
import { Progress } from '../../ui/progress.tsx';
import { MarkedText } from './marked-text.tsx';
import type { Said } from './pipeline.ts';

/** What a model says of a text: bars of labels, marked words, a marked answer. */
export function SaidView({ said }: { readonly said: Said }) {
  switch (said.kind) {
    case 'labels':
      return (
        <Bars
          bars={said.scores.map(({ label, score }) => ({ label, value: score }))}
          what="Score of"
        />
      );
    case 'spans':
      return <Entities text={said.text} entities={said.entities} />;
    case 'question':
      return <SpanAnswer text={said.text} answer={said.answer} />;
    case 'mask':
      return said.places.map((words, at) => (
        <Bars
          key={at}
          bars={words.map(({ token_str: label, score: value }) => ({ label, value }))}
          what="Probability of"
        />
      ));
    case 'similarity':
      return (
        <Bars
          bars={said.pairs
            .map(({ text: label, cosine: value }) => ({ label, value }))
            .toSorted((a, b) => b.value - a.value)}
          what="Likeness of"
          isCosine
        />
      );
  }
}

type BarsProps = {
  readonly bars: readonly { readonly label: string; readonly value: number }[];
  /** As it precedes a label. */
  readonly what: string;
  readonly isCosine?: boolean;
};

/** Values with their bars; what is no share of 1, such as a reward, is a number alone. */
function Bars({ bars, what, isCosine = false }: BarsProps) {
  const areShares = bars.every(({ value }) => value >= 0 && value <= 1);
  return (
    <ul class="bars">
      {bars.map(({ label, value }, at) => (
        <li key={at}>
          <span>{label}</span>
          {areShares || isCosine ? (
            <Progress share={Math.max(0, value)} label={`${what} ${label}`} />
          ) : (
            <span />
          )}
          <span class="n">{areShares && !isCosine ? percentText(value) : figure(value)}</span>
        </li>
      ))}
    </ul>
  );
}

type EntitiesProps = Omit<Extract<Said, { kind: 'spans' }>, 'kind'>;

function Entities({ text, entities }: EntitiesProps) {
  const nameOf = (at: EntitiesProps['entities'][number]): string =>
    at.entity_group ?? at.entity ?? '';
  const names = [...new Set(entities.map(nameOf))].toSorted();
  if (entities.length === 0)
    return (
      <>
        <p class="said">{text}</p>
        <p class="soft">It marks nothing here.</p>
      </>
    );
  return (
    <MarkedText
      text={text}
      marks={entities.map((entity) => ({
        start: entity.start,
        end: entity.end,
        label: nameOf(entity),
        tone: names.indexOf(nameOf(entity)),
        detail: percentText(entity.score),
      }))}
    />
  );
}

function SpanAnswer({ text, answer }: Omit<Extract<Said, { kind: 'question' }>, 'kind'>) {
  const { answer: words, score, start, end } = answer;
  return (
    <>
      <p>
        <b>{words === '' ? 'The text does not say.' : words}</b>{' '}
        <span class="soft">{percentText(score)}</span>
      </p>
      <MarkedText
        text={text}
        marks={
          start === end ? [] : [{ start, end, label: '', tone: 0, detail: percentText(score) }]
        }
      />
    </>
  );
}
