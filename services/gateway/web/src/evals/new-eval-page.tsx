import type { EvalObject } from '@lathe/contracts/http/eval';
import type { ModelObject } from '@lathe/contracts/http/model';
import { useState } from 'preact/hooks';
import { ask, sentenceOf } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { firstGrader } from '../graders/examples.ts';
import { GraderTrial } from '../graders/grader-trial.tsx';
import { navigate } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { counted } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { ModelTicks } from './model-ticks.tsx';
import { type EvalDraft, evalRequest, itemsOf, runRequest } from './new-eval.ts';
import { isWriter } from './run-words.ts';

const firstDraft: EvalDraft = {
  name: '',
  rows: '{"question": "I was charged twice.", "answer": "billing"}\n{"question": "Where is my parcel?", "answer": "delivery"}',
  system: 'Which queue should answer this message? Reply with the name of the queue.',
  question: '{{ item.question }}',
  grader: firstGrader,
};

/** An eval made of nothing: rows, what is asked, how answers are graded, and the models that are asked first. */
export function NewEvalPage() {
  const models = useQuery((signal) => ask<{ data: ModelObject[] }>('/v1/models', { signal }), []);
  return (
    <>
      <h1>New eval</h1>
      <p class="lead">Models answer the same rows, and a grader says which answers pass.</p>
      <Answered query={models} what="the models">
        {({ data }) => <EvalForm models={data.filter(isWriter)} />}
      </Answered>
    </>
  );
}

function EvalForm({ models }: { readonly models: readonly ModelObject[] }) {
  const [draft, setDraft] = useState(firstDraft);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [answer, setAnswer] = useState('billing');
  const [tried, setTried] = useState<string | null>(null);
  const text = (name: keyof EvalDraft) => ({
    value: draft[name],
    onInput: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setDraft((now) => ({ ...now, [name]: value })),
  });
  const { items, fault } = rowsOf(draft);
  const make = async (): Promise<void> => {
    const body = evalRequest(draft);
    const runs = chosen.map((model) => runRequest(draft, model));
    const made = await ask<EvalObject>('/v1/evals', { method: 'POST', body });
    for (const run of runs) await ask(`/v1/evals/${made.id}/runs`, { method: 'POST', body: run });
    navigate(`/evals/${made.id}`);
  };
  return (
    <>
      <div class="ask">
        <label>
          Name
          <input maxLength={256} placeholder="Support routing" {...text('name')} />
        </label>
        <label>
          Rows, JSON Lines
          <textarea class="mono" spellcheck={false} rows={6} {...text('rows')} />
        </label>
        <p class="soft" role="status">
          {fault === null ? counted(items.length, 'row') : <span class="error">{fault}</span>}
        </p>
        <label class="field">
          Read them from a file
          <input
            type="file"
            onChange={({ currentTarget: { files } }) => {
              void files?.[0]?.text().then((rows) => setDraft((now) => ({ ...now, rows })));
            }}
          />
        </label>
        <h2>What is asked</h2>
        <label>
          System prompt
          <textarea rows={2} {...text('system')} />
        </label>
        <label>
          Message; a field of the row stands in double braces
          <textarea class="mono" rows={2} {...text('question')} />
        </label>
      </div>
      <h2>What passes</h2>
      <GraderTrial
        grader={draft.grader}
        setGrader={(grader) => setDraft((now) => ({ ...now, grader }))}
        item={tried ?? JSON.stringify(items[0] ?? {})}
        setItem={setTried}
        {...{ answer, setAnswer }}
      />
      <h2>Models that are asked first</h2>
      <ModelTicks {...{ models, chosen, setChosen }} />
      <p class="row">
        <ActButton
          class="main"
          act={make}
          isDisabled={draft.name.trim() === '' || items.length === 0 || chosen.length === 0}
        >
          Make the eval and run it
        </ActButton>
        {draft.name.trim() === '' && <span class="soft">It needs a name.</span>}
        {chosen.length === 0 && <span class="soft">Tick a model.</span>}
      </p>
    </>
  );
}

function rowsOf(draft: EvalDraft): {
  readonly items: ReturnType<typeof itemsOf>;
  readonly fault: string | null;
} {
  try {
    return { items: itemsOf(draft), fault: null };
  } catch (error) {
    return { items: [], fault: sentenceOf(error) };
  }
}
