import { type LineageGraph, lineageGraphSchema } from '@lathe/contracts/http/lineage';
import { command } from '../command/command.ts';
import { harmless, padText } from '../terminal/text-width.ts';

export const lineage = command({
  name: 'lineage',
  summary: 'Shows of what something was made and what was made of it: files, jobs, models, evals.',
  details:
    'What stands further to the right was made of what stands above it; --json has every arrow.',
  examples: ['lathe lineage ft:…', 'lathe lineage file-…'],
  args: [
    {
      name: 'id',
      meaning: 'of a file, dataset, job, checkpoint, eval, run or export, or the name of a model',
      completion: 'model',
    },
  ],
  options: {},
  async run({ args: [id = ''], out, isJson, json, connect }) {
    const api = await connect();
    const graph = await api.get(`/lathe/lineage/${encodeURIComponent(id)}`, lineageGraphSchema);
    if (isJson) return json(graph);
    const rows = inOrder(graph);
    const columns = Math.max(...rows.map(({ kind }) => kind.length));
    for (const node of rows) {
      const about = [node.exists ? node.status : 'deleted', node.label].filter(
        (text) => text !== null && text !== '',
      );
      const name = node.id === graph.id ? out.paint.bold(node.id) : node.id;
      out.line(
        `${out.paint.dim(padText(node.kind.replace('_', ' '), columns))}  ${'  '.repeat(node.depth)}${name}  ${out.paint.dim(harmless(about.join(', ')))}`.trimEnd(),
      );
    }
    if (!graph.is_complete) out.line(out.paint.dim('There is more than these, the nearest ones.'));
  },
});

type Row = LineageGraph['nodes'][number] & { readonly depth: number };

/** Nodes so that each stands below all that it was made of, with how many steps it is from the first. */
function inOrder({ nodes, edges }: LineageGraph): Row[] {
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    // An arrow that leads back here, which nothing should have, counts for nothing.
    depths.set(id, 0);
    const parents = edges.filter(({ to }) => to === id);
    const depth = Math.max(0, ...parents.map(({ from }) => depthOf(from) + 1));
    depths.set(id, depth);
    return depth;
  };
  return nodes
    .map((node) => ({ ...node, depth: depthOf(node.id) }))
    .toSorted((a, b) => a.depth - b.depth || a.id.localeCompare(b.id));
}
