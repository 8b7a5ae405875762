import {
  createdKeySchema,
  createKeySchema,
  keyObjectSchema,
  listKeysQuerySchema,
} from '@lathe/contracts/http/key';
import { deleted, type Operation, pageOf } from './operation.ts';

/** The routes of the keys of a project. */
export const keyOperations: Readonly<Record<string, Operation>> = {
  'POST /v1/lathe/keys': {
    id: 'createKey',
    summary: 'Makes a key and shows it this once; for admins of the project.',
    body: createKeySchema,
    answer: createdKeySchema,
  },
  'GET /v1/lathe/keys': {
    id: 'listKeys',
    summary:
      'Lists the keys of the project without what is secret, newest first; for admins of the project.',
    query: listKeysQuerySchema,
    answer: pageOf(keyObjectSchema),
  },
  'GET /v1/lathe/keys/current': {
    id: 'retrieveCurrentKey',
    summary: 'Describes the asking key: its project and what it may do.',
    answer: keyObjectSchema,
  },
  'DELETE /v1/lathe/keys/:key_id': {
    id: 'revokeKey',
    summary: 'Revokes a key at once, the asking one too if it is named; for admins of the project.',
    answer: deleted('lathe.key'),
  },
};
