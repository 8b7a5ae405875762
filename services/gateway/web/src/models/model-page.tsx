import type { AliasObject } from '@lathe/contracts/http/alias';
import type { ExportObject } from '@lathe/contracts/http/export';
import type { LineageGraph } from '@lathe/contracts/http/lineage';
import type { ModelObject, FamilyParity as Parity } from '@lathe/contracts/http/model';
import { ask } from '../api/client.ts';
import { useList } from '../api/use-list.ts';
import { useQuery } from '../api/use-query.ts';
import { Lineage } from '../lineage/lineage.tsx';
import { useLineage } from '../lineage/use-lineage.ts';
import { placesOf, usePool } from '../pool/loaded-models.ts';
import { Link } from '../shell/link.tsx';
import { navigate } from '../shell/router.ts';
import { AskingButton } from '../ui/asking-button.tsx';
import { CopyText } from '../ui/copy-text.tsx';
import { figure } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { AliasTable } from './alias-table.tsx';
import { Exports, lookMs } from './exports.tsx';
import { ModelFiles } from './model-files.tsx';
import { askedAs, cardPath, kindOf, taughtText, tryPath } from './model-words.ts';

/** The card of a model: what it is, what it came from, its names and its files. */
export function ModelPage({ model: name }: { readonly model: string }) {
  const query = useQuery(
    (signal) => ask<ModelObject>(`/v1/models/${encodeURIComponent(name)}`, { signal }),
    [name],
  );
  return (
    <Answered query={query} what="the model">
      {(model) => <Card model={model} />}
    </Answered>
  );
}

function Card({ model }: { readonly model: ModelObject }) {
  const { id, created, lathe } = model;
  const kind = kindOf(model);
  const isTuned = kind === 'tuned' || kind === 'checkpoint';
  return (
    <>
      <header class="head">
        <div>
          <h1>
            {id} <span class="badge">{kind}</span>
          </h1>
          <p class="soft">
            {taughtText(model)} · created <Time at={created} />
          </p>
        </div>
        <div class="row">
          <Link to={tryPath(id)} class="button main">
            Ask it
          </Link>
          {isTuned && lathe.base !== null && isAskedAsItsBase(model) && (
            <Link to={tryPath(id, lathe.base)} class="button">
              Beside its base
            </Link>
          )}
          {isTuned && <DeleteModel name={id} />}
        </div>
      </header>
      <dl class="facts">
        <dt>Name in the API</dt>
        <dd>
          <CopyText text={id} what="the name of the model" />
        </dd>
        {lathe.base !== null && (
          <>
            <dt>Stands on</dt>
            <dd>
              <Link to={cardPath(lathe.base)}>{lathe.base}</Link>
            </dd>
          </>
        )}
        <dt>Licence</dt>
        <dd>{licenceText(model)}</dd>
        <FamilyParity model={model} />
        <InMemory model={lathe.alias_of ?? id} />
        {isTuned && <ExportParity model={id} />}
        {lathe.alias_of !== undefined && (
          <>
            <dt>Stands for</dt>
            <dd>
              <Link to={cardPath(lathe.alias_of)}>{lathe.alias_of}</Link>
            </dd>
          </>
        )}
        {lathe.task !== null && 'labels' in lathe.task && lathe.task.labels !== undefined && (
          <>
            <dt>Labels</dt>
            <dd>{lathe.task.labels.join(', ')}</dd>
          </>
        )}
      </dl>
      {isTuned && <Tuned model={model} />}
      {kind === 'base' && <Aliases model={model} />}
    </>
  );
}

/** Whether the base of a model that was tuned takes the same questions: one that was taught labels or spans stands on one that gives none. */
function isAskedAsItsBase(model: ModelObject): boolean {
  return ['chat', 'mask', 'similarity'].includes(askedAs(model));
}

/** The licence of the weights; what rows it was taught with may bring their own. */
function licenceText({ lathe: { licence, base } }: ModelObject): string {
  const of = base === null ? '' : `, of ${base}`;
  return licence == null ? `not stated in the folder of the base model${of}` : `${licence}${of}`;
}

/** What is compared with PyTorch, in words. */
const parityNames: Readonly<Record<keyof Parity, string>> = {
  outputs: 'outputs',
  losses: 'losses of training',
  gradients: 'gradients',
  adapter: 'exported adapters in peft',
  merged: 'exported models in transformers',
};

/** How far the numbers of models of this family lie from PyTorch's. */
function FamilyParity({ model: { lathe } }: { readonly model: ModelObject }) {
  const { family, parity } = lathe;
  if (family == null) return null;
  const known = Object.entries(parityNames).flatMap(([name, words]) => {
    const value = parity?.[name as keyof Parity] ?? null;
    return value === null ? [] : [`${words} ${figure(value)}`];
  });
  return (
    <>
      <dt>Family</dt>
      <dd>
        <code>{family}</code>
        {known.length > 0 && (
          <div class="small-text">
            Largest differences from PyTorch, on tiny models of it: {known.join(', ')}.
          </div>
        )}
      </dd>
    </>
  );
}

/** Which evaluators have it in memory, and since when. */
function InMemory({ model }: { readonly model: string }) {
  const { data } = usePool();
  const places = data === undefined ? [] : placesOf(data.evaluators, model);
  return (
    <>
      <dt>In memory</dt>
      <dd>
        {data !== undefined && places.length === 0 && 'nowhere: the next question loads it'}
        {places.map(({ evaluator, size, at }) => (
          <div key={evaluator}>
            {size} on <Link to="/pool">{evaluator}</Link>, since <Time at={at} />
          </div>
        ))}
      </dd>
    </>
  );
}

/** How far the answers of its exports lie from its own, where it was asked for in other forms. */
function ExportParity({ model }: { readonly model: string }) {
  const { items = [] } = useList<ExportObject>(
    `/v1/lathe/exports?model=${encodeURIComponent(model)}`,
    lookMs,
  );
  const compared = items.flatMap(({ format, dtype, replay }) =>
    replay === null ? [] : [{ form: `${format}${dtype === null ? '' : ` ${dtype}`}`, ...replay }],
  );
  return (
    <>
      <dt>Parity of its exports</dt>
      <dd>
        {compared.length === 0
          ? 'not known: no export was compared with it yet'
          : compared
              .map(
                ({ form, relative, tolerance }) =>
                  `${form}: ${figure(relative)} (allowed ${figure(tolerance)})`,
              )
              .join(', ')}
      </dd>
    </>
  );
}

/** Of what a tuned model was made, its files, and what was made of it; all of it changes with its exports and aliases. */
function Tuned({ model }: { readonly model: ModelObject }) {
  const { id } = model;
  const lineage = useLineage(id);
  return (
    <>
      <h2>Where it comes from</h2>
      <Answered query={lineage} what="its lineage">
        {(graph) => (
          <>
            <Lineage graph={graph} />
            <h2>Files</h2>
            <OwnFiles graph={graph} />
          </>
        )}
      </Answered>
      <h2>Exports</h2>
      <Exports model={id} onChange={lineage.reload} />
      <Aliases model={model} onChange={lineage.reload} />
    </>
  );
}

/** The files of the model that a lineage is of, where they can be had. */
function OwnFiles({ graph: { id, nodes, edges } }: { readonly graph: LineageGraph }) {
  const parents = edges.flatMap(({ from, to }) => (to === id ? [from] : []));
  const job = nodes.find((node) => node.kind === 'job' && parents.includes(node.id));
  if (nodes.find((node) => node.id === id)?.kind === 'checkpoint')
    return (
      <p class="soft">A checkpoint answers, but the files are those of the job’s end; export it.</p>
    );
  if (job?.exists !== true)
    return <p class="soft">The job that made it has been erased; export it to have its files.</p>;
  return <ModelFiles job={job.id} />;
}

type AliasesProps = { readonly model: ModelObject; readonly onChange?: () => void };

function Aliases({ model, onChange }: AliasesProps) {
  const { items, error, reload } = useList<AliasObject>('/v1/lathe/aliases');
  const changed = (): void => {
    reload();
    onChange?.();
  };
  return (
    <>
      <h2>Aliases</h2>
      <Answered query={{ data: items, error, reload }} what="its aliases">
        {(aliases) => (
          <AliasTable
            aliases={aliases.filter((alias) => alias.model === model.id)}
            models={[model]}
            onChange={changed}
          />
        )}
      </Answered>
    </>
  );
}

function DeleteModel({ name }: { readonly name: string }) {
  return (
    <AskingButton
      class="danger"
      title="Delete the model?"
      text={`${name} answers no more, and its files go. This cannot be undone; its job and rows stay, so that it can be trained again.`}
      act="Delete the model"
      onAct={async () => {
        await ask(`/v1/models/${encodeURIComponent(name)}`, { method: 'DELETE' });
        navigate('/models');
      }}
    >
      Delete
    </AskingButton>
  );
}
