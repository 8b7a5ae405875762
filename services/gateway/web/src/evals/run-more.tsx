import type { RunObject } from '@lathe/contracts/http/eval-run';
import type { ModelObject } from '@lathe/contracts/http/model';
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { ActButton } from '../ui/act-button.tsx';
import { ModelTicks } from './model-ticks.tsx';
import { isWriter } from './run-words.ts';

type Props = {
  /** Of the eval in the API. */
  readonly path: string;
  /** Newest first. */
  readonly runs: readonly RunObject[];
  readonly onBegun: () => void;
};

/** Runs the rows and prompts of the newest run that asked a model on others. */
export function RunMore({ path, runs, onBegun }: Props) {
  const query = useQuery((signal) => ask<{ data: ModelObject[] }>('/v1/models', { signal }), []);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const pattern = runs.find(({ data_source: { type } }) => type !== 'jsonl');
  const writers = query.data?.data.filter(isWriter);
  if (pattern === undefined || writers === undefined) return null;
  const begin = async (): Promise<void> => {
    for (const model of chosen) {
      const body = { name: model, data_source: { ...pattern.data_source, model } };
      await ask(`${path}/runs`, { method: 'POST', body });
    }
    setChosen([]);
    onBegun();
  };
  return (
    <>
      <h2>Run it on other models</h2>
      <p class="soft">With the rows, messages and sampling of the newest run.</p>
      <ModelTicks models={writers} chosen={chosen} setChosen={setChosen} />
      <ActButton class="main" act={begin} isDisabled={chosen.length === 0}>
        {chosen.length < 2 ? 'Begin the run' : `Begin ${chosen.length} runs`}
      </ActButton>
    </>
  );
}
