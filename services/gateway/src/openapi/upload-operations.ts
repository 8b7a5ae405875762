import {
  completeUploadSchema,
  createUploadSchema,
  uploadObjectSchema,
  uploadPartSchema,
} from '@lathe/contracts/http/upload';
import { z } from 'zod';
import type { Operation } from './operation.ts';

const uploads = 'v1/uploads';

/** The routes of files that come in parts. */
export const uploadOperations: Readonly<Record<string, Operation>> = {
  [`POST /${uploads}`]: {
    id: 'createUpload',
    summary: 'Begins a file that comes in parts, within an hour.',
    body: createUploadSchema,
    answer: uploadObjectSchema,
  },
  [`POST /${uploads}/:upload_id/parts`]: {
    id: 'addUploadPart',
    summary: 'Adds a part, in any order and beside others.',
    body: z.object({ data: z.string().meta({ format: 'binary' }) }),
    isForm: true,
    answer: uploadPartSchema,
  },
  [`POST /${uploads}/:upload_id/complete`]: {
    id: 'completeUpload',
    summary: 'Makes a file of the parts that are named, in their order.',
    body: completeUploadSchema,
    answer: uploadObjectSchema,
  },
  [`POST /${uploads}/:upload_id/cancel`]: {
    id: 'cancelUpload',
    summary: 'Ends an upload and deletes its parts.',
    answer: uploadObjectSchema,
  },
};
