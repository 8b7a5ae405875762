import { LatheError } from '@lathe/contracts/error';
import { batchLineSchema } from '@lathe/contracts/http/batch';
import { deepestJson, isDeeperThan } from '@lathe/contracts/json-depth';
import type { BatchRecord } from '@lathe/contracts/record/batch';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { createBreather } from '@lathe/platform/breather';

/** What a batch asks on one line. */
export type BatchLine = {
  /** Place among the lines that ask something, from 0. */
  readonly index: number;
  readonly customId: string;
  /** The body of the request, in JSON. */
  readonly body: string;
  readonly model: string | null;
};

/** A line of the file, or what is wrong with it. */
export type ReadLine = BatchLine | { readonly problem: BatchRecord['errors'][number] };

const newline = 0x0a;

/**
 * The lines of an input file, one after another; a line's own mistakes are told in its place. Throws `not_found` where the bytes are
 * gone, and `invalid_file_format` at a line of more than `maxJsonBytes` bytes.
 */
export async function* readLines(
  { artifacts, endpoint }: { readonly artifacts: ArtifactStore } & Pick<BatchRecord, 'endpoint'>,
  key: string,
  limits: { readonly maxJsonBytes: number },
): AsyncGenerator<ReadLine, void> {
  const breathe = createBreather();
  let index = 0;
  for await (const { line, bytes } of rawLines(artifacts, key, limits)) {
    await breathe();
    const read = lineOf(bytes, { line, endpoint });
    if (read === undefined) continue;
    if ('problem' in read) yield read;
    else yield { ...read, index: index++ };
  }
}

type Raw = { readonly line: number; readonly bytes: Uint8Array };

async function* rawLines(
  artifacts: ArtifactStore,
  key: string,
  { maxJsonBytes }: { readonly maxJsonBytes: number },
): AsyncGenerator<Raw, void> {
  let held: Uint8Array[] = [];
  let [size, line] = [0, 1];
  const hold = (piece: Uint8Array): void => {
    held.push(piece);
    size += piece.length;
    if (size > maxJsonBytes)
      throw new LatheError(
        'invalid_file_format',
        `Line ${line} has more than ${maxJsonBytes} bytes, the most that a request may have.`,
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
      throw new LatheError('not_found', 'The input file was deleted.', { cause: error });
    throw error;
  }
  if (size > 0) yield { line, bytes: Buffer.concat(held) };
}

/** What a line asks, or what is wrong with it; undefined for an empty one. */
function lineOf(
  bytes: Uint8Array,
  { line, endpoint }: { readonly line: number } & Pick<BatchRecord, 'endpoint'>,
): Omit<BatchLine, 'index'> | { readonly problem: BatchRecord['errors'][number] } | undefined {
  const problem = (code: string, message: string, param: string | null = null) => ({
    problem: { code, line, message, param },
  });
  let json: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') return undefined;
    if (isDeeperThan(bytes, deepestJson))
      return problem('invalid_json_line', `The line is nested deeper than ${deepestJson} levels.`);
    json = JSON.parse(text);
  } catch (error) {
    return problem(
      'invalid_json_line',
      `The line is not JSON in UTF-8: ${(error as Error).message}.`,
    );
  }
  const parsed = batchLineSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? '';
    const message = `The line is no request: ${path === '' ? '' : `${path}: `}${issue?.message}; it is like {"custom_id": "1", "method": "POST", "url": "${endpoint}", "body": {…}}.`;
    return problem('invalid_request', message, path === '' ? null : path);
  }
  const { custom_id: customId, url, body } = parsed.data;
  if (url !== endpoint)
    return problem('invalid_url', `The line asks ${url}, and the batch is of ${endpoint}.`, 'url');
  if (body.stream === true)
    return problem('invalid_request', 'Answers in a batch cannot be streamed.', 'body.stream');
  const model = typeof body.model === 'string' ? body.model : null;
  return { customId, body: JSON.stringify(body), model };
}
