import type { LineageGraph } from '@lathe/contracts/http/lineage';
import { expect, it } from 'vitest';
import { layersOf } from './layers.ts';

it('puts what something was made of before it and what was made of it behind it, by the longest way', () => {
  const ids = ['model', 'job', 'rows', 'base', 'dataset', 'pages', 'export', 'next', 'alias'];
  const edges = ['pages dataset', 'dataset rows', 'rows job', 'base job', 'pages job', 'job model'];
  edges.push('model export', 'model next', 'next alias', 'model alias');
  const graph: LineageGraph = {
    ...{ object: 'lathe.lineage_graph', id: 'model', is_complete: true },
    nodes: ids.map((id) => ({
      ...{ id, kind: 'file', label: null, status: null, created_at: null, exists: true },
    })),
    edges: edges.map((edge) => {
      const [from = '', to = ''] = edge.split(' ');
      return { from, to };
    }),
  };
  expect(layersOf(graph).map((layer) => layer.map(({ id }) => id).join(' '))).toEqual([
    ...['pages', 'dataset', 'rows base', 'job', 'model', 'export next', 'alias'],
  ]);
});
