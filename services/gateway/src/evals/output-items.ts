import { type EvalItem, evalItemSchema } from '@lathe/contracts/artifact/eval-item';
import { evalItemKey, evalItemsPrefix, readEvalItemKey } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { ItemStatus, listItemsQuerySchema, OutputItem } from '@lathe/contracts/http/eval-run';
import { type Page, page } from '@lathe/contracts/http/list';
import { type EvalRunRecord, isRunOver } from '@lathe/contracts/record/eval-run';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findJson } from '@lathe/platform/artifacts/read-json';
import type { z } from 'zod';

type Ports = { readonly artifacts: ArtifactStore };

/** An answered row by its place and what came of it. */
export type ItemName = { readonly index: number; readonly status: ItemStatus };

/** The id of an answered row follows from the run and the place of the row: it is the same for whoever answers it. */
export function itemId({ id }: Pick<EvalRunRecord, 'id'>, index: number): string {
  return `outputitem_${suffixOf(id)}${String(index).padStart(9, '0')}`;
}

/** The place of the row with that id; undefined for an id of no row of the run. */
function indexOf({ id }: Pick<EvalRunRecord, 'id'>, item: string): number | undefined {
  const start = `outputitem_${suffixOf(id)}`;
  const digits = item.startsWith(start) ? item.slice(start.length) : '';
  return /^\d{9}$/.test(digits) ? Number(digits) : undefined;
}

function suffixOf(runId: string): string {
  return runId.slice(runId.indexOf('_') + 1);
}

/**
 * The answered rows of a run in the order of the rows. Rows are answered side by side: while the run goes on, only those
 * are told before which none is missing, so that whoever pages through them misses none that comes later.
 */
export async function itemNames({ artifacts }: Ports, run: EvalRunRecord): Promise<ItemName[]> {
  const found = new Map<number, ItemName>();
  for await (const { key } of artifacts.list(evalItemsPrefix(run.project, run.id))) {
    const name = readEvalItemKey(key);
    if (name !== undefined && !found.has(name.index)) found.set(name.index, name);
  }
  const names = [...found.values()].toSorted((a, b) => a.index - b.index);
  if (isRunOver(run)) return names;
  const gap = names.findIndex(({ index }, at) => index !== at);
  return gap === -1 ? names : names.slice(0, gap);
}

/** An answered row as it is stored; null where its run was erased meanwhile. */
export function readItem(
  { artifacts }: Ports,
  { project, id }: EvalRunRecord,
  name: ItemName,
): Promise<EvalItem | null> {
  return findJson(artifacts, evalItemKey(project, id, name), evalItemSchema);
}

/** Bytes of rows after which a page ends, however many it was to have. */
const mostPageBytes = 8 * 1024 * 1024;

/** A page of answered rows. Throws `invalid_value` for a cursor that is no row of the run. */
export async function itemPage(
  ports: Ports,
  run: EvalRunRecord,
  query: z.infer<typeof listItemsQuerySchema>,
): Promise<Page<OutputItem>> {
  const { after, status, order, limit } = query;
  const from = after === undefined ? undefined : indexOf(run, after);
  if (after !== undefined && from === undefined)
    throw new LatheError(
      'invalid_value',
      `Invalid value for 'after': ${after} is not in the list.`,
      { param: 'after' },
    );
  const all = await itemNames(ports, run);
  if (order === 'desc') all.reverse();
  const rest = all.filter(
    ({ index, status: has }) =>
      (status === undefined || has === status) &&
      (from === undefined || (order === 'desc' ? index < from : index > from)),
  );
  const items: OutputItem[] = [];
  let bytes = 0;
  let at = 0;
  for (; at < rest.length && items.length < limit && bytes <= mostPageBytes; at++) {
    const item = await readItem(ports, run, rest[at] as ItemName);
    if (item === null) continue;
    items.push(outputItem(run, item));
    bytes += JSON.stringify(item).length;
  }
  return page(items, at < rest.length);
}

/** One answered row. Throws `not_found`. */
export async function getItem(ports: Ports, run: EvalRunRecord, id: string): Promise<OutputItem> {
  const index = indexOf(run, id);
  for (const status of index === undefined ? [] : (['pass', 'fail', 'error'] as const)) {
    const item = await readItem(ports, run, { index: index as number, status });
    if (item !== null) return outputItem(run, item);
  }
  throw new LatheError('not_found', `The run has no output item ${JSON.stringify(id)}.`, {
    param: 'output_item_id',
  });
}

function outputItem(run: EvalRunRecord, stored: EvalItem): OutputItem {
  return {
    id: itemId(run, stored.index),
    object: 'eval.run.output_item',
    eval_id: run.evalId,
    run_id: run.id,
    created_at: stored.createdAt,
    status: stored.status,
    datasource_item_id: stored.index,
    datasource_item: stored.item,
    results: stored.results,
    sample: stored.sample,
  };
}
