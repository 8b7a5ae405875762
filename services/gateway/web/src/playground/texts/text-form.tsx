import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../api/client.ts';
import type { AskedAs } from '../../models/model-words.ts';
import { useQueryText } from '../../shell/router.ts';
import { grouped } from '../../ui/numbers.ts';
import { Problem } from '../../ui/states.tsx';
import { askPipeline, linesOf, type Said } from './pipeline.ts';
import { SaidView } from './said-view.tsx';

type Kind = Exclude<AskedAs, 'chat'>;
type Outcome = { readonly said: Said; readonly ms: number } | { readonly problem: string } | null;

const textLabels: Readonly<Record<Kind, string>> = {
  labels: 'Text',
  spans: 'Text',
  question: 'Text that holds the answer',
  mask: 'Text with a place to fill in, such as [MASK] or <mask>, as the model has it',
  similarity: 'Text',
};

/** Models that do not write: a text, and what each model says of it. */
export function TextForm({
  kind,
  models,
}: {
  readonly kind: Kind;
  readonly models: readonly string[];
}) {
  const [text, setText] = useQueryText('text');
  const [question, setQuestion] = useQueryText('question');
  const [others, setOthers] = useQueryText('others');
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, Outcome>>>({});
  const [isBusy, setIsBusy] = useState(false);
  const isWhole =
    text.trim() !== '' &&
    (kind !== 'question' || question.trim() !== '') &&
    (kind !== 'similarity' || linesOf(others).length > 0);

  const submit = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    setIsBusy(true);
    setOutcomes({});
    await Promise.all(
      models.map(async (model) => {
        const outcome = await timed(() => askPipeline(model, kind, { text, question, others }));
        setOutcomes((before) => ({ ...before, [model]: outcome }));
      }),
    );
    setIsBusy(false);
  };
  // A link to a text shows what is said of it.
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current && isWhole) void submit();
    isFirst.current = false;
  }, []);
  return (
    <>
      <form class="ask" onSubmit={(event) => void submit(event)}>
        {kind === 'question' && (
          <label>
            Question
            <input value={question} onInput={(event) => setQuestion(event.currentTarget.value)} />
          </label>
        )}
        <label>
          {textLabels[kind]}
          <textarea rows={4} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        {kind === 'similarity' && (
          <label>
            Texts to compare it with, a line each
            <textarea
              rows={4}
              value={others}
              onInput={(event) => setOthers(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="row">
          <button type="submit" class="main" disabled={isBusy || !isWhole}>
            {isBusy ? 'Asking …' : 'Ask'}
          </button>
        </div>
      </form>
      <div class="threads">
        {models.map((model) => (
          <section key={model} class="thread" aria-label={`What ${model} says`}>
            <h2>{model}</h2>
            <Shown outcome={outcomes[model] ?? null} isBusy={isBusy} />
          </section>
        ))}
      </div>
    </>
  );
}

function Shown({ outcome, isBusy }: { readonly outcome: Outcome; readonly isBusy: boolean }) {
  if (outcome === null)
    return <p class="soft">{isBusy ? 'Asking …' : 'Write a text above and ask.'}</p>;
  if ('problem' in outcome) return <Problem text={outcome.problem} />;
  return (
    <div role="status">
      <SaidView said={outcome.said} />
      <p class="soft small-text">after {grouped(outcome.ms)} ms</p>
    </div>
  );
}

async function timed(act: () => Promise<Said>): Promise<Outcome> {
  const from = performance.now();
  try {
    return { said: await act(), ms: performance.now() - from };
  } catch (error) {
    return { problem: sentenceOf(error) };
  }
}
