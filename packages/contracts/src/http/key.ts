import { z } from 'zod';
import { projectPattern } from '../id.ts';
import { limitSchema } from './list.ts';

/** What a key that is made may do beside its project's work: an `admin` manages the keys of its project. */
export const keyRoleSchema = z.enum(['admin', 'member']);

/** The `operator` is the key of whoever runs Lathe: an admin who may also list, make and revoke keys of other projects. */
const shownRoleSchema = z.enum(['operator', ...keyRoleSchema.options]);
export type ShownRole = z.infer<typeof shownRoleSchema>;

/** Visible characters, and blanks between them. */
const visible = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u;

/** Body of POST /v1/lathe/keys. */
export const createKeySchema = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(visible, 'must be a name of visible characters')
    .describe('who or what has the key'),
  role: keyRoleSchema
    .default('member')
    .describe('an admin lists, creates and revokes the keys of its project'),
  project: z
    .string()
    .regex(
      projectPattern,
      'must be 1 to 40 lower-case letters, digits or "-", a letter or digit first',
    )
    .optional()
    .describe('that of the asking key unless set; only the operator names another'),
});
export type CreateKey = z.infer<typeof createKeySchema>;

/** The `lathe.key` object: all that is told of a key after it was made. */
export const keyObjectSchema = z.object({
  id: z.string(),
  object: z.literal('lathe.key'),
  created_at: z.number().int().nullable().describe('null for a key of a setting'),
  name: z.string(),
  project: z.string(),
  role: shownRoleSchema,
  source: z
    .enum(['api', 'setting'])
    .describe('setting: one of LATHE_API_KEY or LATHE_API_KEYS, which is taken away there'),
  redacted_value: z.string().nullable().describe('how it ends; null for a key of a setting'),
  created_by: z.string().nullable().describe('the id of the key that made it'),
  last_used_at: z
    .number()
    .int()
    .nullable()
    .describe('null: not yet, or a key of a setting, for which this is not kept'),
});
export type KeyObject = z.infer<typeof keyObjectSchema>;

/** The answer to POST /v1/lathe/keys: the only one that has the key itself. */
export const createdKeySchema = keyObjectSchema.extend({
  key: z.string().describe('the key itself, shown this once'),
});
export type CreatedKey = z.infer<typeof createdKeySchema>;

/** What a list of keys names in place of a project to have those of all. */
export const allProjects = '*';

export const listKeysQuerySchema = z.strictObject({
  project: z
    .union([
      z.literal(allProjects),
      z.string().regex(projectPattern, 'must be the name of a project, or *'),
    ])
    .optional()
    .describe('that of the asking key unless set; only the operator names another, or * for all'),
  after: z.string().optional(),
  limit: limitSchema(20, 100),
});
