import { LatheError } from '@lathe/contracts/error';
import { batchLineSchema } from '@lathe/contracts/http/batch';
import type { BatchRecord } from '@lathe/contracts/record/batch';
import { sizeText } from '@lathe/contracts/words/size';
import { readJsonLines } from '@lathe/platform/artifacts/json-lines';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { z } from 'zod';
import { parseRequest } from '../http/parse.ts';

/** What a batch asks on one line. */
export type BatchLine = {
  /** Place among the lines that ask something, from 0. */
  readonly index: number;
  /** In the file, from 1. */
  readonly line: number;
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

/** A line, or why it is none. */
function parsedLine(json: unknown): z.infer<typeof batchLineSchema> | LatheError {
  try {
    return parseRequest(batchLineSchema, json);
  } catch (error) {
    if (error instanceof LatheError) return error;
    throw error;
  }
}

/** What a line asks, or what is wrong with it. */
function lineOf(
  { line, json }: { readonly line: number; readonly json: unknown },
  endpoint: BatchRecord['endpoint'],
): Omit<BatchLine, 'index'> | Problem {
  const problem = (code: string, message: string, param: string | null = null) => ({
    problem: { code, line, message, param },
  });
  const parsed = parsedLine(json);
  if (parsed instanceof LatheError) {
    const like = `A line is like {"custom_id": "1", "method": "POST", "url": "${endpoint}", "body": {…}}.`;
    return problem('invalid_request', `${parsed.message} ${like}`, parsed.param);
  }
  const { custom_id: customId, url, body } = parsed;
  if (url !== endpoint)
    return problem('invalid_url', `The line asks ${url}, and the batch is of ${endpoint}.`, 'url');
  if (body.stream === true)
    return problem('invalid_request', 'Answers in a batch cannot be streamed.', 'body.stream');
  const model = typeof body.model === 'string' ? body.model : null;
  return { line, customId, body: JSON.stringify(body), model };
}
