import { lineageSchema } from '@lathe/contracts/artifact/lineage';
import { datasetRequestSchema, listDatasetsQuerySchema } from '@lathe/contracts/http/dataset';
import { datasetObjectSchema, listedDatasetSchema } from '@lathe/contracts/http/dataset-object';
import {
  inspectionObjectSchema,
  inspectRequestSchema,
  listedInspectionSchema,
  listInspectionsQuerySchema,
} from '@lathe/contracts/http/inspection';
import { lineageGraphSchema } from '@lathe/contracts/http/lineage';
import { deleted, type Operation, pageOf } from './operation.ts';

/** The routes that look at data, and make data of data. */
export const dataOperations: Readonly<Record<string, Operation>> = {
  'POST /v1/lathe/files/:id/inspect': {
    id: 'inspectFile',
    summary:
      'Says what a job would find in a file; 202 with the inspection as it is when that takes long.',
    body: inspectRequestSchema,
    answer: inspectionObjectSchema,
  },
  'GET /v1/lathe/files/:id/lineage': {
    id: 'retrieveFileLineage',
    summary: 'Says of which files a file was made, and how.',
    answer: lineageSchema,
  },
  'GET /v1/lathe/lineage/:id{.+}': {
    id: 'retrieveLineage',
    summary:
      'Says of what a file, dataset, job, checkpoint, model, eval, run, export or alias was made, and what was made of it, as a graph.',
    answer: lineageGraphSchema,
  },
  'POST /v1/lathe/datasets': {
    id: 'createDataset',
    summary: 'Makes a training file of uploaded files: converts talk, mixes, splits or repairs.',
    body: datasetRequestSchema,
    answer: datasetObjectSchema,
  },
  'GET /v1/lathe/datasets': {
    id: 'listDatasets',
    summary: 'Lists datasets without their lineage, newest first.',
    query: listDatasetsQuerySchema,
    answer: pageOf(listedDatasetSchema),
  },
  'GET /v1/lathe/datasets/:id': {
    id: 'retrieveDataset',
    summary: 'Describes a dataset, with the lineage of its file once there is one.',
    answer: datasetObjectSchema,
  },
  'POST /v1/lathe/datasets/:id/cancel': {
    id: 'cancelDataset',
    summary: 'Ends the making of a dataset that is under way.',
    answer: datasetObjectSchema,
  },
  'DELETE /v1/lathe/datasets/:id': {
    id: 'deleteDataset',
    summary: 'Erases a dataset; the file that it made stays.',
    answer: deleted('lathe.dataset'),
  },
  'GET /v1/lathe/inspections': {
    id: 'listInspections',
    summary: 'Lists inspections without their reports, newest first.',
    query: listInspectionsQuerySchema,
    answer: pageOf(listedInspectionSchema),
  },
  'GET /v1/lathe/inspections/:id': {
    id: 'retrieveInspection',
    summary: 'Describes an inspection, with its report once there is one.',
    answer: inspectionObjectSchema,
  },
  'GET /v1/lathe/inspections/:id/report.html': {
    id: 'showInspection',
    summary: 'The report of an inspection as a page that is complete in itself.',
    answer: 'text/html',
  },
  'GET /v1/lathe/inspections/:id/repaired': {
    id: 'downloadRepairedFile',
    summary: 'Sends the rows of the file that are right, each once, as JSON Lines.',
    answer: 'application/jsonl',
  },
  'POST /v1/lathe/inspections/:id/cancel': {
    id: 'cancelInspection',
    summary: 'Ends an inspection that is under way.',
    answer: inspectionObjectSchema,
  },
  'DELETE /v1/lathe/inspections/:id': {
    id: 'deleteInspection',
    summary: 'Erases an inspection and its report.',
    answer: deleted('lathe.inspection'),
  },
};
