import { useEffect, useState } from 'preact/hooks';
import { firstRows } from '../api/first-rows.ts';
import { useQuery } from '../api/use-query.ts';
import { parsedJson } from '../graders/examples.ts';
import { GraderTrial } from '../graders/grader-trial.tsx';
import type { JobDraft } from './job-draft.ts';

type Props = {
  readonly draft: JobDraft;
  readonly set: (change: Partial<JobDraft>) => void;
};

/** What a job that learns from rewards needs beside its rows: the grader, tried on the first of them, and how much is answered. */
export function RewardFields({ draft, set }: Props) {
  const [item, setItem] = useState('{}');
  const [answer, setAnswer] = useState('');
  const { data: row } = useQuery(
    async (signal) => (draft.file === '' ? undefined : (await firstRows(draft.file, 1, signal))[0]),
    [draft.file],
  );
  useEffect(() => {
    if (row !== undefined) setItem(JSON.stringify(row, null, 2));
  }, [row]);
  return (
    <>
      <h2>Grader</h2>
      <p class="soft">
        Says what an answer is worth. The model answers each prompt several times, and learns from
        the answers that are worth more than the others. Try it on a row of the file first.
      </p>
      <GraderTrial
        grader={draft.grader}
        setGrader={(grader) => set({ grader })}
        {...{ item, setItem, answer, setAnswer }}
      />
      <GraderFault text={draft.grader} />
      <div class="form-grid">
        <label>
          Answers to each prompt, times 8
          <input
            type="number"
            step="any"
            min={0.00002}
            max={10}
            placeholder="auto"
            value={draft.compute}
            onInput={(event) => set({ compute: event.currentTarget.value })}
          />
        </label>
        <label>
          Steps between two gradings
          <input
            type="number"
            min={1}
            placeholder="auto"
            value={draft.evalInterval}
            onInput={(event) => set({ evalInterval: event.currentTarget.value })}
          />
        </label>
        <label>
          Answers to a held-out prompt
          <input
            type="number"
            min={1}
            max={64}
            placeholder="auto"
            value={draft.evalSamples}
            onInput={(event) => set({ evalSamples: event.currentTarget.value })}
          />
        </label>
      </div>
    </>
  );
}

/** Why the grader cannot be asked for. */
function GraderFault({ text }: { readonly text: string }) {
  try {
    parsedJson(text, 'The grader');
    return null;
  } catch (error) {
    return <p class="error">{error instanceof Error ? error.message : String(error)}</p>;
  }
}
