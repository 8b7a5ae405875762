import { LatheError } from '@lathe/contracts/error';
import { type EvalRow, evalRowSchema } from '@lathe/contracts/http/eval-run';
import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { ArtifactError } from '@lathe/platform/artifacts/port';
import { createBreather } from '@lathe/platform/breather';
import type { RunPorts } from './run-ports.ts';

type Ports = Pick<RunPorts, 'artifacts' | 'files' | 'settings'>;

/** A row and its place, from 0. */
export type PlacedRow = EvalRow & { readonly index: number };

const newline = 0x0a;

/**
 * The rows of a run, one after another. Throws `invalid_file_format` that names the line at fault, `invalid_value` for
 * more rows than a run takes, and `not_found` for a file that is gone.
 */
export async function* readRows(
  ports: Ports,
  run: Pick<EvalRunRecord, 'project' | 'rows'>,
): AsyncGenerator<PlacedRow, void> {
  const { settings } = ports;
  const { key, name } = await placeOf(ports, run);
  const breathe = createBreather();
  let index = 0;
  for await (const { line, bytes } of linesOf(ports, { key, name })) {
    await breathe();
    const row = rowOf(bytes, `Line ${line} of ${name}`);
    if (row === undefined) continue;
    if (index >= settings.evalRows)
      throw new LatheError(
        'invalid_value',
        `${sentence(name)} has more than ${settings.evalRows} rows, the most that a run takes.`,
        { param: 'data_source.source' },
      );
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

/** The lines of an object as bytes, none longer than a row may be. */
async function* linesOf(
  { artifacts, settings }: Ports,
  { key, name }: { readonly key: string; readonly name: string },
): AsyncGenerator<{ readonly line: number; readonly bytes: Uint8Array }, void> {
  let held: Uint8Array[] = [];
  let size = 0;
  let line = 1;
  const hold = (piece: Uint8Array): void => {
    held.push(piece);
    size += piece.length;
    if (size > settings.evalRowBytes)
      throw malformed(
        `Line ${line} of ${name} has more than ${settings.evalRowBytes} bytes, the most that a row may have.`,
      );
  };
  try {
    for await (const piece of artifacts.get(key)) {
      let from = 0;
      for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, from)) {
        hold(piece.subarray(from, at));
        yield { line: line++, bytes: Buffer.concat(held) };
        [held, size, from] = [[], 0, at + 1];
      }
      hold(piece.subarray(from));
    }
  } catch (error) {
    if (error instanceof ArtifactError && error.problem === 'not_found')
      throw new LatheError('not_found', `${sentence(name)} was deleted.`, { cause: error });
    throw error;
  }
  if (size > 0) yield { line, bytes: Buffer.concat(held) };
}

/** The row on a line; undefined for an empty one. */
function rowOf(bytes: Uint8Array, where: string): EvalRow | undefined {
  let json: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') return undefined;
    if (isDeeperThan(bytes, deepestJson))
      throw malformed(`${where} is nested deeper than ${deepestJson} levels.`);
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof LatheError) throw error;
    throw malformed(`${where} is not JSON in UTF-8: ${(error as Error).message}.`);
  }
  const parsed = evalRowSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw malformed(
    `${where} is no row: ${path === '' ? '' : `${path}: `}${issue?.message}; a row is like {"item": {…}}.`,
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
