import type { LineageGraph, LineageKind } from '@lathe/contracts/http/lineage';
import { cardPath } from '../models/model-words.ts';
import { Link } from '../shell/link.tsx';
import { layersOf } from './layers.ts';

type Node = LineageGraph['nodes'][number];

/** Nodes of a step that are shown before the others are asked for. */
const shownNodes = 6;

const words: Readonly<Record<LineageKind, string>> = {
  file: 'File',
  dataset: 'Dataset',
  job: 'Job',
  base_model: 'Base',
  model: 'Model',
  checkpoint: 'Checkpoint',
  eval: 'Eval',
  eval_run: 'Run of an eval',
  export: 'Export',
  alias: 'Alias',
};

/** A lineage as a list of steps: of what something was made, itself, and what was made of it. */
export function Lineage({ graph }: { readonly graph: LineageGraph }) {
  const layers = layersOf(graph);
  return (
    <>
      <ol class="lineage" aria-label="Lineage">
        {layers.map((layer, step) => (
          <li key={layer[0]?.id}>
            <Layer graph={graph} layer={layer} before={layers[step - 1] ?? []} />
          </li>
        ))}
      </ol>
      {!graph.is_complete && <p class="soft">There is more than is shown here.</p>}
    </>
  );
}

type LayerProps = {
  readonly graph: LineageGraph;
  readonly layer: readonly Node[];
  readonly before: readonly Node[];
};

function Layer({ graph, layer, before }: LayerProps) {
  const list = (nodes: readonly Node[]) => (
    <ul>
      {nodes.map((node) => (
        <li key={node.id} aria-current={node.id === graph.id ? 'true' : undefined}>
          <Step node={node} isAsked={node.id === graph.id} />
          <MadeOf graph={graph} node={node} before={before} />
        </li>
      ))}
    </ul>
  );
  const rest = layer.slice(shownNodes);
  return (
    <>
      {list(layer.slice(0, shownNodes))}
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          {list(rest)}
        </details>
      )}
    </>
  );
}

function Step({ node, isAsked }: { readonly node: Node; readonly isAsked: boolean }) {
  const { id, kind, status, exists } = node;
  const to = isAsked ? null : pathOf(node);
  return (
    <>
      <span class="soft small-text">
        {words[kind]}
        {!exists && ', deleted'}
        {exists && (kind === 'job' || kind === 'export' || kind === 'eval_run') && `, ${status}`}
      </span>
      <span>{to === null ? nameOf(node) : <Link to={to}>{nameOf(node)}</Link>}</span>
      {kind === 'job' && status === 'succeeded' && (
        <span class="small-text">
          <Link to={`/jobs/${id}/verdict`}>Verdict</Link>
        </span>
      )}
    </>
  );
}

/** Of which of the step before something was made, where that is not all of it. */
function MadeOf({ graph, node, before }: Omit<LayerProps, 'layer'> & { readonly node: Node }) {
  const from = new Set(graph.edges.flatMap((edge) => (edge.to === node.id ? [edge.from] : [])));
  if (from.size === 0 || (from.size === before.length && before.every(({ id }) => from.has(id))))
    return null;
  const sources = graph.nodes.filter(({ id }) => from.has(id));
  return <span class="soft small-text">of {sources.map(nameOf).join(', ')}</span>;
}

function nameOf({ id, label }: Node): string {
  return label ?? id;
}

/** Where more is shown of it; null: nowhere. */
function pathOf({ id, kind, exists }: Node): string | null {
  if (!exists) return null;
  switch (kind) {
    case 'file':
      return `/data/${id}`;
    case 'job':
      return `/jobs/${id}`;
    case 'base_model':
    case 'model':
    case 'checkpoint':
    case 'alias':
      return cardPath(id);
    case 'eval':
      return `/evals/${id}`;
    case 'dataset':
      return `/data/sets/${id}`;
    case 'eval_run':
    case 'export':
      return null;
  }
}
