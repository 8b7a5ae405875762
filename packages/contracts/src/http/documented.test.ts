import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { latheOptionsSchema } from './fine-tuning.ts';

const page = readFileSync(new URL('../../../../docs/jobs.md', import.meta.url), 'utf8');

/** The names of all settings in a JSON schema. */
function namesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(namesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...rest } = schema as { properties?: object };
  return [
    ...Object.keys(properties),
    ...[...Object.values(properties), ...Object.values(rest)].flatMap(namesIn),
  ];
}

it.each([...new Set(namesIn(z.toJSONSchema(latheOptionsSchema, { io: 'input' })))])(
  'docs/jobs.md says what a job does with %s',
  (name) => {
    expect(page).toContain(`\`${name}`);
  },
);
