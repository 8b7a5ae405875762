import type { EvaluatorObject } from '@lathe/contracts/http/worker';
import { cardPath } from '../models/model-words.ts';
import { Link } from '../shell/link.tsx';
import { bytesText } from '../ui/numbers.ts';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

/** One evaluator: the models and adapters that it has in memory. */
export function Evaluator({ evaluator }: { readonly evaluator: EvaluatorObject }) {
  const { id, models, other_models: others, memory_bytes: most, last_seen: seen } = evaluator;
  return (
    <section class="thread" aria-labelledby={`evaluator-${id}`}>
      <h3 id={`evaluator-${id}`}>{id}</h3>
      <p class="soft">
        Keeps up to {bytesText(most)} of models ready · told <Time at={seen} />
      </p>
      <Table<Loaded>
        name={`loaded-${id}`}
        caption={`Models in the memory of ${id}`}
        rows={models}
        keyOf={({ model, project }) => `${project ?? ''} ${model}`}
        columns={columns}
        empty={<p class="soft">No model is loaded: the first question loads one.</p>}
      />
      {others > 0 && <p class="soft">{others} of other projects</p>}
    </section>
  );
}

type Loaded = EvaluatorObject['models'][number];

const columns: readonly Column<Loaded>[] = [
  {
    head: 'Model',
    value: ({ model }) => model,
    cell: ({ model }) => <Link to={cardPath(model)}>{model}</Link>,
  },
  { head: 'Stands on', value: ({ base }) => base, cell: ({ base }) => base ?? '–' },
  {
    head: 'Memory',
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => bytesText(bytes),
    isNumber: true,
  },
  {
    head: 'Loaded',
    value: ({ loaded_at: at }) => at,
    cell: ({ loaded_at: at }) => <Time at={at} />,
    isNumber: true,
  },
];
