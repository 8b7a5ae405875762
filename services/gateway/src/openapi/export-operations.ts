import {
  createExportSchema,
  exportObjectSchema,
  listExportsQuerySchema,
} from '@lathe/contracts/http/export';
import { deleted, type Operation, pageOf } from './operation.ts';

const one = 'v1/lathe/exports/:export_id';

/** The routes of tuned models in forms to download. */
export const exportOperations: Readonly<Record<string, Operation>> = {
  'POST /v1/lathe/models/:name{.+}/exports': {
    id: 'createExport',
    summary:
      'Writes a tuned model in another format, or finds that this was done; one that failed is tried again.',
    body: createExportSchema,
    answer: exportObjectSchema,
  },
  'GET /v1/lathe/exports': {
    id: 'listExports',
    summary: 'Lists exports, newest first.',
    query: listExportsQuerySchema,
    answer: pageOf(exportObjectSchema),
  },
  [`GET /${one}`]: {
    id: 'retrieveExport',
    summary: 'Describes an export, with its files once they are there.',
    answer: exportObjectSchema,
  },
  [`GET /${one}/content`]: {
    id: 'downloadExport',
    summary: 'Sends all files of an export as a tar archive.',
    answer: 'application/x-tar',
  },
  [`GET /${one}/files/:file{.+}`]: {
    id: 'downloadExportFile',
    summary: 'Sends one file of an export.',
    answer: 'application/octet-stream',
  },
  [`DELETE /${one}`]: {
    id: 'deleteExport',
    summary: 'Erases an export; the model stays.',
    answer: deleted('lathe.export'),
  },
};
