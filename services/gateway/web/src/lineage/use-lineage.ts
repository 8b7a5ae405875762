import type { LineageGraph } from '@lathe/contracts/http/lineage';
import { ask } from '../api/client.ts';
import { type Query, useQuery } from '../api/use-query.ts';

/** Of what a file, job or tuned model was made, and what was made of it. */
export function useLineage(id: string): Query<LineageGraph> {
  const path = `/v1/lathe/lineage/${encodeURIComponent(id)}`;
  return useQuery((signal) => ask<LineageGraph>(path, { signal }), [path]);
}
