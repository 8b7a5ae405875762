import {
  createEvalSchema,
  deletedEvalSchema,
  evalObjectSchema,
  listEvalsQuerySchema,
  updateEvalSchema,
} from '@lathe/contracts/http/eval';
import { importEvalSchema, importedEvalSchema } from '@lathe/contracts/http/eval-import';
import {
  createRunSchema,
  deletedRunSchema,
  exportRunQuerySchema,
  listItemsQuerySchema,
  listRunsQuerySchema,
  outputItemSchema,
  runObjectSchema,
} from '@lathe/contracts/http/eval-run';
import { type Operation, pageOf } from './operation.ts';

const evals = 'v1/evals';
const run = `${evals}/:eval_id/runs/:run_id`;

/** The routes of evals and their runs. */
export const evalOperations: Readonly<Record<string, Operation>> = {
  [`POST /${evals}`]: {
    id: 'createEval',
    summary: 'Creates an eval: what its rows are like, and what is held against answers.',
    body: createEvalSchema,
    answer: evalObjectSchema,
    status: 201,
  },
  'POST /v1/lathe/evals/import': {
    id: 'importEval',
    summary:
      'Makes an eval of a file of promptfoo, and tells what was kept, changed or impossible.',
    body: importEvalSchema,
    answer: importedEvalSchema,
    status: 201,
  },
  [`GET /${evals}`]: {
    id: 'listEvals',
    summary: 'Lists evals, oldest first.',
    query: listEvalsQuerySchema,
    answer: pageOf(evalObjectSchema),
  },
  [`GET /${evals}/:eval_id`]: {
    id: 'getEval',
    summary: 'One eval.',
    answer: evalObjectSchema,
  },
  [`POST /${evals}/:eval_id`]: {
    id: 'updateEval',
    summary: 'Changes the name or the metadata of an eval.',
    body: updateEvalSchema,
    answer: evalObjectSchema,
  },
  [`DELETE /${evals}/:eval_id`]: {
    id: 'deleteEval',
    summary: 'Deletes an eval with its runs and their output items.',
    answer: deletedEvalSchema,
  },
  [`POST /${evals}/:eval_id/runs`]: {
    id: 'createEvalRun',
    summary: 'Begins a run of an eval over rows.',
    body: createRunSchema,
    answer: runObjectSchema,
    status: 201,
  },
  [`GET /${evals}/:eval_id/runs`]: {
    id: 'listEvalRuns',
    summary: 'Lists the runs of an eval, oldest first.',
    query: listRunsQuerySchema,
    answer: pageOf(runObjectSchema),
  },
  [`GET /${run}`]: { id: 'getEvalRun', summary: 'One run.', answer: runObjectSchema },
  [`POST /${run}`]: {
    id: 'cancelEvalRun',
    summary: 'Cancels a run; the path of clients up to major 6.',
    answer: runObjectSchema,
  },
  [`POST /${run}/cancel`]: {
    id: 'cancelEvalRunByName',
    summary: 'Cancels a run.',
    answer: runObjectSchema,
  },
  [`DELETE /${run}`]: {
    id: 'deleteEvalRun',
    summary: 'Deletes a run with its output items.',
    answer: deletedRunSchema,
  },
  [`GET /${run}/report.html`]: {
    id: 'getEvalRunPage',
    summary: 'A run as a page for people.',
    answer: 'text/html',
  },
  [`GET /${run}/export`]: {
    id: 'exportEvalRun',
    summary: 'A run that is over as JSON Lines, or as a configuration of promptfoo.',
    query: exportRunQuerySchema,
    answer: 'application/jsonl',
    alternative: 'application/yaml',
  },
  [`GET /${run}/output_items`]: {
    id: 'listEvalRunOutputItems',
    summary: 'Lists the answered rows of a run, in the order of the rows.',
    query: listItemsQuerySchema,
    answer: pageOf(outputItemSchema),
  },
  [`GET /${run}/output_items/:output_item_id`]: {
    id: 'getEvalRunOutputItem',
    summary: 'One answered row.',
    answer: outputItemSchema,
  },
};
