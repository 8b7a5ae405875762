import type { RunObject } from '@lathe/contracts/http/eval-run';
import { type Page, page } from '@lathe/contracts/http/list';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { criterionResult } from './criterion-result.ts';

/** Where runs are told of: the address of this service, as the client has it. */
export type RunView = { readonly artifacts: ArtifactStore; readonly origin: string };

/** The `eval.run` object, with the rows that came with its request. */
export async function runObject(view: RunView, run: EvalRunRecord): Promise<RunObject> {
  const { tally, error, dataSource } = run;
  return {
    id: run.id,
    object: 'eval.run',
    eval_id: run.evalId,
    created_at: run.createdAt,
    name: run.name,
    model: typeof dataSource.model === 'string' ? dataSource.model : '',
    status: run.state,
    report_url: `${view.origin}/v1/evals/${run.evalId}/runs/${run.id}/report.html`,
    metadata: run.metadata,
    error: error && { code: error.code, message: error.message },
    data_source: await dataSourceOf(view, run),
    result_counts: tally.counts,
    per_model_usage: tally.usage,
    per_testing_criteria_results: tally.criteria.map(criterionResult),
  };
}

async function dataSourceOf(
  { artifacts }: RunView,
  { dataSource, rows }: EvalRunRecord,
): Promise<RunObject['data_source']> {
  // It was checked when it came.
  const source = dataSource as RunObject['data_source'];
  if (rows.kind === 'file' || source.source.type === 'stored_completions') return source;
  const pieces: Uint8Array[] = [];
  for await (const piece of artifacts.get(rows.object.key)) pieces.push(piece);
  const content = Buffer.concat(pieces)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as never);
  return { ...source, source: { ...source.source, type: 'file_content', content } };
}

/** Bytes of rows after which a page ends, however many runs it was to have. */
const mostPageBytes = 8 * 1024 * 1024;

/** A page of runs. One with many rows in its runs is shorter than was asked for, and the next goes on from there. */
export async function runPage(
  view: RunView,
  { items, hasMore }: { readonly items: readonly EvalRunRecord[]; readonly hasMore: boolean },
): Promise<Page<RunObject>> {
  const shown: RunObject[] = [];
  let bytes = 0;
  for (const run of items) {
    if (run.rows.kind === 'inline') bytes += run.rows.object.bytes;
    if (shown.length > 0 && bytes > mostPageBytes) return page(shown, true);
    shown.push(await runObject(view, run));
  }
  return page(shown, hasMore);
}
