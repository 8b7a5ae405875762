import type { EvalItem } from '@lathe/contracts/artifact/eval-item';
import { LatheError } from '@lathe/contracts/error';
import type { ExportFormat } from '@lathe/contracts/http/eval-run';
import { type EvalRunRecord, isRunOver } from '@lathe/contracts/record/eval-run';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { itemNames, readItem } from './output-items.ts';
import { type Exported, promptfooHead, promptfooTest } from './promptfoo-config.ts';

/**
 * The rows of a run with what came of them, piece by piece: as JSON Lines of `item`, `sample` and `results`, or as a
 * configuration of promptfoo's. Throws `invalid_state` while the run is not over.
 */
export function exportRun(
  ports: { readonly artifacts: ArtifactStore },
  exported: Exported,
  format: ExportFormat,
): AsyncIterable<string> {
  const { run } = exported;
  if (!isRunOver(run))
    throw new LatheError(
      'invalid_state',
      `The run ${run.id} is ${run.state}; export it when it is over, or cancel it.`,
      { retryable: false },
    );
  return format === 'jsonl' ? jsonLines(ports, run) : config(ports, exported);
}

async function* jsonLines(
  ports: { readonly artifacts: ArtifactStore },
  run: EvalRunRecord,
): AsyncGenerator<string> {
  for await (const { index, status, item, sample, results } of items(ports, run))
    yield `${JSON.stringify({ datasource_item_id: index, status, item, sample, results })}\n`;
}

async function* config(
  ports: { readonly artifacts: ArtifactStore },
  exported: Exported,
): AsyncGenerator<string> {
  yield promptfooHead(exported);
  // What could not be judged neither passes nor fails there.
  for await (const item of items(ports, exported.run))
    if (item.status !== 'error') yield promptfooTest(exported.run, item);
}

/** All answered rows in their order; those that are erased meanwhile are left out. */
async function* items(
  ports: { readonly artifacts: ArtifactStore },
  run: EvalRunRecord,
): AsyncGenerator<EvalItem> {
  for (const name of await itemNames(ports, run)) {
    const item = await readItem(ports, run, name);
    if (item !== null) yield item;
  }
}
