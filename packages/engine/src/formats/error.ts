import type { z } from 'zod';

/**
 * A file on disk is not what it says it is: truncated, inconsistent, or written by something else.
 * @example throw new CheckpointError('model.safetensors', 'is cut off', 'lm_head.weight');
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly file: string;
  readonly tensor: string | undefined;

  constructor(file: string, problem: string, tensor?: string) {
    super(
      `${file}: ${tensor === undefined ? '' : `tensor ${oneLine(tensor)}: `}${oneLine(problem)}`,
    );
    this.file = file;
    this.tensor = tensor;
  }
}

/** A value of a tensor is NaN or infinite. */
export class NotFiniteWeightsError extends CheckpointError {}

/** The model is well formed, but asks for something that this engine does not compute. */
export class UnsupportedModelError extends Error {
  override readonly name = 'UnsupportedModelError';
  readonly field: string;

  constructor(file: string, field: string, problem: string) {
    super(`${file}: ${oneLine(field)} ${oneLine(problem)}`);
    this.field = field;
  }
}

/** Checks what a file says against a schema. Throws UnsupportedModelError that names the field at fault. */
export function parseFields<Schema extends z.ZodType>(
  schema: Schema,
  file: string,
  json: unknown,
  whole = 'config',
): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || whole;
  throw new UnsupportedModelError(file, field, issue?.message ?? 'is invalid');
}

const longest = 500;

/** What a hostile file says, fit for a log: without line breaks or other control characters, and not without end. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
