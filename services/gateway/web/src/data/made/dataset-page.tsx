import type { DatasetObject } from '@lathe/contracts/http/dataset-object';
import { useState } from 'preact/hooks';
import { ask, download } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { Lineage } from '../../lineage/lineage.tsx';
import { useLineage } from '../../lineage/use-lineage.ts';
import { Link } from '../../shell/link.tsx';
import { ActButton } from '../../ui/act-button.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Progress } from '../../ui/progress.tsx';
import { Answered, Empty, Problem } from '../../ui/states.tsx';
import { MadeFacts } from './made-facts.tsx';
import { madeText, toneOf } from './made-words.ts';
import { Pairs } from './pairs.tsx';

const lookMs = 800;

/** A file that is made of others: how far it is, then its rows with their evidence, and what was not used. */
export function DatasetPage({ dataset: id }: { readonly dataset: string }) {
  const path = `/v1/lathe/datasets/${encodeURIComponent(id)}`;
  const [isOver, setIsOver] = useState(false);
  const query = useQuery(
    async (signal) => {
      const made = await ask<DatasetObject>(path, { signal });
      setIsOver(made.finished_at !== null);
      return made;
    },
    [path],
    isOver ? 0 : lookMs,
  );
  return (
    <Answered query={query} what="what is made">
      {(made) => <Shown made={made} path={path} onChange={query.reload} />}
    </Answered>
  );
}

type Props = {
  readonly made: DatasetObject;
  readonly path: string;
  readonly onChange: () => void;
};

function Shown({ made, path, onChange }: Props) {
  const { id, request, status, file, other_side: other, evidence_file: evidence, error } = made;
  const isOpen = status === 'queued' || status === 'running';
  const cancel = async (): Promise<void> => {
    await ask(`${path}/cancel`, { method: 'POST' });
    onChange();
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>
            {madeText(request).replace(/^./, (first) => first.toUpperCase())}{' '}
            <span class={`badge ${toneOf(made)}`}>{status}</span>
          </h1>
          <p class="soft">{id}</p>
        </div>
        <div class="row">
          {isOpen && <ActButton act={cancel}>Cancel</ActButton>}
          {evidence !== null && (
            <ActButton
              act={() => download(`/v1/files/${evidence}/content`, `${id}.evidence.jsonl`)}
            >
              Download the evidence
            </ActButton>
          )}
          {file !== null && (
            <>
              <ActButton act={() => download(`/v1/files/${file}/content`, `${id}.jsonl`)}>
                Download the rows
              </ActButton>
              <Link to={`/data/${file}`} class="button">
                Look at the file
              </Link>
              <Link to={`/jobs/new?file=${file}`} class="button main">
                Tune a model on it
              </Link>
            </>
          )}
        </div>
      </header>
      {error !== null && <Problem text={error.message} />}
      {isOpen && <Making made={made} />}
      {made.lineage !== null && (
        <ul class="tiles">
          <li>
            <b>{grouped(made.lineage.rows)}</b>rows
          </li>
          <li>
            <b>{grouped(made.lineage.unused.reduce((sum, { count }) => sum + count, 0))}</b>places
            were not used
          </li>
          {other !== null && (
            <li>
              <b>
                <Link to={`/data/${other}`}>The other side</Link>
              </b>
              holds the rows that were set apart
            </li>
          )}
        </ul>
      )}
      {file !== null && (
        <>
          <h2>Rows</h2>
          {made.lineage?.rows === 0 ? <NoRows /> : <Pairs made={made} />}
        </>
      )}
      {made.lineage !== null && (
        <>
          <h2>How it was made</h2>
          <MadeFacts lineage={made.lineage} />
        </>
      )}
      {file !== null && <Relatives file={file} />}
    </>
  );
}

function Making({ made: { progress } }: { readonly made: DatasetObject }) {
  const share = progress ? progress.bytes / Math.max(1, progress.total_bytes) : undefined;
  return (
    <div class="drop" role="status">
      <p>
        {progress ? `${grouped(progress.rows)} rows so far` : 'It waits until it can be read …'}
      </p>
      <Progress share={share} label="Share of the files that is read" />
    </div>
  );
}

function NoRows() {
  return (
    <Empty title="Nothing in it became a row.">
      <p>Below stands why, with the first places; other settings may take more.</p>
    </Empty>
  );
}

function Relatives({ file }: { readonly file: string }) {
  const query = useLineage(file);
  return (
    <>
      <h2>Where it comes from, and what was made of it</h2>
      <Answered query={query} what="its lineage">
        {(graph) => <Lineage graph={graph} />}
      </Answered>
    </>
  );
}
