import { LatheError } from '@lathe/contracts/error';
import { type EvalRow, evalRowSchema } from '@lathe/contracts/http/eval-run';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { faultText } from '@lathe/contracts/words/fault';
import { sizeText } from '@lathe/contracts/words/size';
import { readJsonLines } from '@lathe/platform/artifacts/json-lines';
import { itemCheck } from './item-check.ts';
import type { RunPorts } from './run-ports.ts';

type Ports = Pick<RunPorts, 'artifacts' | 'files' | 'settings'>;

/** A row and its place, from 0. */
export type PlacedRow = EvalRow & { readonly index: number };

/**
 * The rows of a run, one after another. Throws `invalid_file_format` that names the line at fault, `invalid_value` for
 * more rows than a run takes, and `not_found` for a file that is gone.
 */
export async function* readRows(
  ports: Ports,
  run: Pick<EvalRunRecord, 'project' | 'rows' | 'itemSchema'>,
): AsyncGenerator<PlacedRow, void> {
  const { artifacts, settings } = ports;
  const { evalRowBytes: maxBytes } = settings;
  const { key, name } = await placeOf(ports, run);
  const errors = {
    tooLong: (line: number) =>
      malformed(
        `Line ${line} of ${name} is longer than ${sizeText(maxBytes)}, the most that a row may have.`,
      ),
    gone: (cause: unknown) =>
      new LatheError('not_found', `${sentence(name)} was deleted.`, { cause }),
  };
  const check = itemCheck(run.itemSchema);
  let index = 0;
  for await (const { line, ...read } of readJsonLines(artifacts, key, { maxBytes, errors })) {
    const where = `Line ${line} of ${name}`;
    if ('fault' in read) throw malformed(`${where} ${read.fault}.`);
    const row = rowOf(read.json, where);
    if (index >= settings.evalRows)
      throw new LatheError(
        'invalid_value',
        `${sentence(name)} has more than ${settings.evalRows} rows, the most that a run takes.`,
        { param: 'data_source.source' },
      );
    const fault = check(row.item);
    if (fault !== undefined)
      throw malformed(`${where} does not fit the eval's item_schema: ${fault}.`);
    yield { ...row, index: index++ };
  }
  if (index === 0) throw malformed(`${sentence(name)} has no rows.`);
}

async function placeOf(
  { files }: Ports,
  { project, rows }: Pick<EvalRunRecord, 'project' | 'rows'>,
): Promise<{ readonly key: string; readonly name: string }> {
  if (rows.kind === 'inline') return { key: rows.object.key, name: 'the content' };
  const stored = await files.get(recordKey(project, rows.id));
  if (stored === null) throw gone(rows.id);
  return { key: stored.value.key, name: `the file ${rows.id}` };
}

function rowOf(json: unknown, where: string): EvalRow {
  const parsed = evalRowSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw malformed(
    `${where} is no row: ${path === '' ? '' : `${path}: `}${issue && faultText(issue)}; a row is like {"item": {…}}.`,
  );
}

function malformed(message: string): LatheError {
  return new LatheError('invalid_file_format', message, { param: 'data_source.source' });
}

function gone(id: string): LatheError {
  return new LatheError('not_found', `The file ${id} was deleted.`, {
    param: 'data_source.source.id',
  });
}

function sentence(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
