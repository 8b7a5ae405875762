import type { CheckpointObject } from '@lathe/contracts/http/fine-tuning';
import { useState } from 'preact/hooks';
import { useList } from '../api/use-list.ts';
import { cardPath, mostModels, tryPath } from '../models/model-words.ts';
import { Link } from '../shell/link.tsx';
import { CopyText } from '../ui/copy-text.tsx';
import { figure, grouped } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Promote } from './promote.tsx';

type Props = {
  readonly jobId: string;
  /** Whether more may come. */
  readonly isLive: boolean;
};

const refreshMs = 5000;

/** The models that a run leaves on its way: to ask, compare, promote, download, and to go on from. */
export function Checkpoints({ jobId, isLive }: Props) {
  const { items, error, reload, hasMore, loadMore } = useList<CheckpointObject>(
    `/v1/fine_tuning/jobs/${jobId}/checkpoints`,
    isLive ? refreshMs : 0,
  );
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [promoted, setPromoted] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const choose = (name: string, isChosen: boolean): void =>
    setChosen((before) => [...before.filter((each) => each !== name), ...(isChosen ? [name] : [])]);
  const losses = items?.flatMap(({ metrics }) => metrics.full_valid_loss ?? []) ?? [];
  return (
    <Answered query={{ data: items, error, reload }} what="the checkpoints">
      {(checkpoints) => (
        <>
          {chosen.length > 1 && (
            <div class="row" role="status">
              <Link to={tryPath(...chosen)} class="button main">
                Ask {chosen.length} side by side
              </Link>
              <button type="button" class="small" onClick={() => setChosen([])}>
                Choose none
              </button>
            </div>
          )}
          <Table<CheckpointObject>
            name="checkpoints"
            caption="Checkpoints"
            rows={checkpoints}
            keyOf={({ id }) => id}
            pageRows={8}
            more={{ hasMore, loadMore }}
            empty={
              <p class="soft">
                None yet: one is saved after each epoch, unless the job says otherwise.
              </p>
            }
            columns={[
              ...figures(Math.min(...losses)),
              ...(checkpoints.length > 1 ? [choiceColumn(chosen, choose)] : []),
              actions(jobId, setPromoted),
            ]}
          />
          {done !== null && (
            <p class="good" role="status">
              {done}
            </p>
          )}
          {promoted !== null && (
            <Promote
              model={promoted}
              onClose={(said) => {
                setPromoted(null);
                setDone(said);
              }}
            />
          )}
        </>
      )}
    </Answered>
  );
}

function figures(best: number): readonly Column<CheckpointObject>[] {
  return [
    {
      head: 'Step',
      value: ({ step_number: step }) => step,
      cell: ({ step_number: step }) => grouped(step),
      isNumber: true,
    },
    {
      head: 'Held-out loss',
      value: ({ metrics }) => metrics.full_valid_loss ?? null,
      cell: ({ metrics: { full_valid_loss: loss } }) => (
        <>
          {figure(loss)}{' '}
          {loss !== undefined && loss === best && <span class="badge good">best</span>}
        </>
      ),
      isNumber: true,
    },
    {
      head: 'Training loss',
      value: ({ metrics }) => metrics.train_loss ?? null,
      cell: ({ metrics }) => figure(metrics.train_loss),
      isNumber: true,
    },
    {
      head: 'Model',
      value: nameOf,
      cell: (checkpoint) => (
        <CopyText text={nameOf(checkpoint)} what="the name of the checkpoint" />
      ),
    },
  ];
}

function choiceColumn(
  chosen: readonly string[],
  choose: (name: string, isChosen: boolean) => void,
): Column<CheckpointObject> {
  return {
    head: 'Compare',
    cell: (checkpoint) => {
      const name = nameOf(checkpoint);
      const isChosen = chosen.includes(name);
      return (
        <input
          type="checkbox"
          aria-label={`Compare the checkpoint of step ${checkpoint.step_number}`}
          checked={isChosen}
          disabled={!isChosen && chosen.length >= mostModels}
          onChange={({ currentTarget: { checked } }) => choose(name, checked)}
        />
      );
    },
  };
}

function actions(jobId: string, promote: (model: string) => void): Column<CheckpointObject> {
  return {
    head: 'Use it',
    cell: (checkpoint) => {
      const name = nameOf(checkpoint);
      return (
        <span class="row use">
          <Link to={tryPath(name)}>Ask it</Link>
          <Link to={`/jobs/new?from=${jobId}&model=${encodeURIComponent(name)}`}>
            Continue from here
          </Link>
          <Link to={cardPath(name)}>Download</Link>
          <button type="button" class="small" onClick={() => promote(name)}>
            Promote
          </button>
        </span>
      );
    },
  };
}

const nameOf = ({ fine_tuned_model_checkpoint: name }: CheckpointObject): string => name;
