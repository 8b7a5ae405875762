import { expect, it } from 'vitest';
import { z } from 'zod';
import { chatRequestSchema } from './chat.ts';
import { embeddingRequestSchema } from './embedding.ts';
import { createJobSchema } from './fine-tuning.ts';

type Described = { readonly [key: string]: unknown };

/** Where a number, or a whole one, stands without one of its bounds. */
function unbounded(schema: unknown, path = ''): string[] {
  if (Array.isArray(schema)) return schema.flatMap((part) => unbounded(part, path));
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema as Described;
  const isListed = 'const' in schema || 'enum' in schema;
  const isNumber = (type === 'number' || type === 'integer') && !isListed;
  const isBounded =
    (minimum ?? exclusiveMinimum) !== undefined && (maximum ?? exclusiveMaximum) !== undefined;
  const within = Object.entries(schema).flatMap(([key, part]) =>
    unbounded(
      part,
      ['properties', 'anyOf', 'oneOf', 'items'].includes(key) ? path : `${path}.${key}`,
    ),
  );
  return isNumber && !isBounded ? [path, ...within] : within;
}

it.each([
  ['a job', createJobSchema],
  ['a chat', chatRequestSchema],
  ['an embedding', embeddingRequestSchema],
])('every number of %s has a range', (_, schema) => {
  expect(unbounded(z.toJSONSchema(schema, { io: 'input' }))).toEqual([]);
});

it.each([
  [{ hyperparameters: { learning_rate_multiplier: 1e41 } }, 'learning_rate_multiplier'],
  [{ hyperparameters: { learning_rate_multiplier: 5e-324 } }, 'learning_rate_multiplier'],
  [{ lathe: { learning_rate: 1e38 } }, 'learning_rate'],
  [{ lathe: { adaptation: { type: 'lora', alpha: 1e30 } } }, 'alpha'],
  [{ lathe: { optimizer: { type: 'adamw', beta2: 0.999_999_999_999 } } }, 'beta2'],
  [{ lathe: { max_gradient_norm: 1e300 } }, 'max_gradient_norm'],
])('%j is refused at the field', (extra, field) => {
  const parsed = createJobSchema.safeParse({ model: 'a', training_file: 'b', ...extra });
  expect(JSON.stringify(parsed.error?.issues)).toContain(`"${field}"`);
});
