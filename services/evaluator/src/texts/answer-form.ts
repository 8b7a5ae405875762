import { createHash } from 'node:crypto';
import { serialize } from 'node:v8';
import { LatheError } from '@lathe/contracts/error';
import type { JsonSchema } from '@lathe/contracts/http/chat';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import { readJsonSchema } from '@lathe/engine/json-schema';
import type { Schema } from '@lathe/engine/schema';
import { SchemaError } from '@lathe/engine/schema-error';
import type { AnswerForm } from '../engine/engine.ts';

/** What a schema may become in bytes: the engine keeps it, and every request carries it there. */
const mostBytes = 16 * 2 ** 20;
const param = 'response_format.json_schema.schema';

/** Reads the schema of a whole answer. Throws `invalid_value` for one that answers cannot be held to. */
export function answerSchema(schema: JsonSchema): Schema {
  return unlessRefused(param, () => readJsonSchema(schema));
}

/** What the engine holds an answer to. Throws `invalid_value` where that is too large. */
export function answerForm(
  schema: Schema,
  {
    mark = null,
    control = [],
    of = param,
  }: Partial<Pick<AnswerForm, 'mark' | 'control'>> & {
    /** The parameter that the schema comes from. */
    readonly of?: string;
  } = {},
): AnswerForm {
  const read = serialize(schema);
  if (read.length > mostBytes)
    unlessRefused(of, () => {
      throw new SchemaError('', 'is too large');
    });
  // One schema may have a few keys, since V8 writes whole numbers in two ways; what is kept by its key is then read again.
  const key = createHash('sha256')
    .update(read)
    .update(JSON.stringify([mark, control]));
  return { key: key.digest('base64'), schema: Uint8Array.from(read), mark, control };
}

/** What `read` gives. Throws `invalid_value` that names the parameter for a SchemaError. */
export function unlessRefused<T>(param: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const message = `Invalid value for '${param}': ${error.message}.`;
    throw new LatheError('invalid_value', message, { param, cause: error });
  }
}

/** Whether what an answer is held to is read in no time: nothing at all, or any object. */
export function isQuick({ schema, tools }: Pick<InferenceRequest, 'schema' | 'tools'>): boolean {
  if (tools.length > 0) return false;
  return schema === null || JSON.stringify(schema) === '{"type":"object"}';
}
