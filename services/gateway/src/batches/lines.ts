import { LatheError } from '@lathe/contracts/error';
import { batchLineSchema } from '@lathe/contracts/http/batch';
import type { BatchRecord } from '@lathe/contracts/record/batch';
import { sizeText } from '@lathe/contracts/words/size';
import { readJsonLines } from '@lathe/platform/artifacts/json-lines';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';

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
export type ReadLine = BatchLine | Problem;

/**
 * The lines of an input file, one after another; a line's own mistakes are told in its place. Throws `not_found` where the bytes are
 * gone, and `invalid_file_format` at a line of more than `maxJsonBytes` bytes.
 */
export async function* readLines(
  { artifacts, endpoint }: { readonly artifacts: ArtifactStore } & Pick<BatchRecord, 'endpoint'>,
  key: string,
  { maxJsonBytes }: { readonly maxJsonBytes: number },
): AsyncGenerator<ReadLine, void> {
  const errors = {
    tooLong: (line: number) =>
      new LatheError(
        'invalid_file_format',
        `Line ${line} is longer than ${sizeText(maxJsonBytes)}, the most that a request may have.`,
      ),
    gone: (cause: unknown) => new LatheError('not_found', 'The input file was deleted.', { cause }),
  };
  let index = 0;
  for await (const each of readJsonLines(artifacts, key, { maxBytes: maxJsonBytes, errors })) {
    const read = 'fault' in each ? notJson(each) : lineOf(each, endpoint);
    if ('problem' in read) yield read;
    else yield { ...read, index: index++ };
  }
}

type Problem = { readonly problem: BatchRecord['errors'][number] };

function notJson({ line, fault }: { readonly line: number; readonly fault: string }): Problem {
  const message = `The line ${fault}.`;
  return { problem: { code: 'invalid_json_line', line, message, param: null } };
}

/** What a line asks, or what is wrong with it. */
function lineOf(
  { line, json }: { readonly line: number; readonly json: unknown },
  endpoint: BatchRecord['endpoint'],
): Omit<BatchLine, 'index'> | Problem {
  const problem = (code: string, message: string, param: string | null = null) => ({
    problem: { code, line, message, param },
  });
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
