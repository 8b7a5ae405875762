import { createEvalSchema } from '@lathe/contracts/http/eval';
import type { ImportedEval } from '@lathe/contracts/http/eval-import';
import { createRunSchema } from '@lathe/contracts/http/eval-run';
import type { FileRecord } from '@lathe/contracts/record/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import { z } from 'zod';
import type { ReadImport } from '../bodies/body-task.ts';
import { fileObject } from '../files/files.ts';
import { makeFile } from '../files/make-file.ts';
import { parseRequest } from '../http/parse.ts';
import { createEval, type EvalLimits, type EvalPorts, evalObject } from './evals.ts';

export type ImportPorts = EvalPorts &
  Pick<Records, 'files'> & { readonly artifacts: ArtifactStore };

/** Makes the eval of an import and a file of its rows. Throws what `createEval` throws. */
export async function importEval(
  ports: ImportPorts,
  { project, read }: { readonly project: string; readonly read: ReadImport },
  limits: EvalLimits,
): Promise<ImportedEval> {
  const { name, criteria, itemSchema: item_schema, rows, asks, findings, model } = read;
  const data_source_config = { type: 'custom' as const, item_schema, include_sample_schema: true };
  const body = parseRequest(createEvalSchema, {
    ...{ name, data_source_config, testing_criteria: criteria },
  });
  const made = await createEval(
    ports,
    { project, body, idempotencyKey: undefined, isRetry: false },
    limits,
  );
  const file = await storeRows(ports, { project, name, rows });
  const source = { type: 'file_id' as const, id: file.id };
  const runs =
    asks === null
      ? [{ name, data_source: { type: 'jsonl', source } }]
      : asks.map(({ name: of, ...ask }) => ({ name: of, data_source: { ...ask, model, source } }));
  return {
    object: 'lathe.eval_import',
    eval: evalObject(made),
    file: fileObject(file),
    runs: z.array(createRunSchema).parse(runs),
    findings,
  };
}

async function storeRows(
  ports: ImportPorts,
  { project, name, rows }: { project: string; name: string; rows: readonly string[] },
): Promise<FileRecord> {
  const file = await makeFile(ports, project, {
    filename: `${name.replace(/[^\w-]+/g, '-').slice(0, 100)}.jsonl`,
    purpose: 'evals',
    lines: Buffer.from(`${rows.join('\n')}\n`),
  });
  if (file === null) throw new Error('an import has rows');
  return file;
}
