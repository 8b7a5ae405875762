/** An operation as it is called. */
export type Example = {
  /** A body that the operation takes. */
  readonly body?: object;
  /** Fields of a form, as curl takes them. */
  readonly form?: readonly string[];
  /** What follows the path, such as `?limit=20`. */
  readonly query?: string;
  /** The same by the official client, where it has a method for it. */
  readonly client?: string;
};

const trainingFile = 'file-abc123def456';
const tuned = 'ft:lathe-tiny:default::1a2b3c4d';
const question = [{ role: 'user', content: 'Where is my order?' }];
const judge = {
  ...{ type: 'score_model', name: 'helpful', model: 'smollm2-135m', range: [0, 1] },
  input: [
    {
      role: 'user',
      content: 'Is this a helpful answer, from 0 to 1? {{sample.output_text}}',
    },
  ],
};
const createJob = { model: 'lathe-tiny', training_file: trainingFile, seed: 1 };
const uploadId = 'upload_abc123def456';
const jobId = 'ftjob-abc123def456';
const evalId = 'eval_abc123def456';
const runId = 'evalrun_abc123def456';
const ofRun = `'${runId}', { eval_id: '${evalId}' }`;

/** How operations are called, by their ids; what has neither body nor method in the client needs no line. */
export const examples: Readonly<Record<string, Example>> = {
  createFile: {
    form: ['purpose=fine-tune', 'file=@rows.jsonl'],
    client:
      "await client.files.create({ purpose: 'fine-tune', file: createReadStream('rows.jsonl') })",
  },
  listFiles: { query: '?limit=20', client: 'await client.files.list({ limit: 20 })' },
  retrieveFile: { client: `await client.files.retrieve('${trainingFile}')` },
  deleteFile: { client: `await client.files.delete('${trainingFile}')` },
  downloadFile: { client: `await client.files.content('${trainingFile}')` },
  createFineTuningJob: {
    body: createJob,
    client: `await client.fineTuning.jobs.create(${inCode(createJob)})`,
  },
  estimateFineTuningJob: { body: createJob },
  listFineTuningJobs: {
    query: '?limit=20',
    client: 'await client.fineTuning.jobs.list({ limit: 20 })',
  },
  retrieveFineTuningJob: { client: `await client.fineTuning.jobs.retrieve('${jobId}')` },
  cancelFineTuningJob: { client: `await client.fineTuning.jobs.cancel('${jobId}')` },
  pauseFineTuningJob: { client: `await client.fineTuning.jobs.pause('${jobId}')` },
  resumeFineTuningJob: { client: `await client.fineTuning.jobs.resume('${jobId}')` },
  listFineTuningEvents: {
    query: '?limit=20',
    client: `await client.fineTuning.jobs.listEvents('${jobId}', { limit: 20 })`,
  },
  listFineTuningJobCheckpoints: {
    client: `await client.fineTuning.jobs.checkpoints.list('${jobId}')`,
  },
  runGrader: {
    body: { grader: judge, model_sample: 'It left today and arrives on Friday.' },
    client: `await client.fineTuning.alpha.graders.run({ grader, model_sample: 'It left today.' })`,
  },
  validateGrader: {
    body: { grader: judge },
    client: 'await client.fineTuning.alpha.graders.validate({ grader })',
  },
  listModels: { client: 'await client.models.list()' },
  retrieveModel: { client: `await client.models.retrieve('${tuned}')` },
  deleteModel: { client: `await client.models.delete('${tuned}')` },
  createChatCompletion: {
    body: { model: tuned, messages: question },
    client: `await client.chat.completions.create({ model: '${tuned}', messages })`,
  },
  listStoredCompletions: {
    query: '?limit=20',
    client: 'await client.chat.completions.list({ limit: 20 })',
  },
  getStoredCompletion: {
    client: "await client.chat.completions.retrieve('chatcmpl-abc123def456')",
  },
  updateStoredCompletion: {
    body: { metadata: { reviewed: 'yes' } },
    client:
      "await client.chat.completions.update('chatcmpl-abc123def456', { metadata: { reviewed: 'yes' } })",
  },
  deleteStoredCompletion: {
    client: "await client.chat.completions.delete('chatcmpl-abc123def456')",
  },
  listStoredMessages: {
    client: "await client.chat.completions.messages.list('chatcmpl-abc123def456')",
  },
  giveFeedback: { body: { completion_id: 'chatcmpl-abc123def456', rating: 'up' } },
  makeCompletionDataset: { body: {} },
  createCompletion: {
    body: { model: tuned, prompt: 'Once upon a time', max_tokens: 32 },
    client: `await client.completions.create({ model: '${tuned}', prompt: 'Once upon a time' })`,
  },
  createEmbedding: {
    body: { model: tuned, input: ['Where is my order?'] },
    client: `await client.embeddings.create({ model: '${tuned}', input: ['Where is my order?'] })`,
  },
  createModeration: {
    body: { model: tuned, input: 'Where is my order?' },
    client: `await client.moderations.create({ model: '${tuned}', input: 'Where is my order?' })`,
  },
  runPipeline: { body: { inputs: 'Where is my order?' } },
  classify: { body: { model: tuned, input: ['Where is my order?'] } },
  createScore: { body: { model: tuned, text_1: 'Where is my order?', text_2: 'Order status' } },
  rerank: {
    body: { model: tuned, query: 'Where is my order?', documents: ['Order status', 'Refunds'] },
  },
  createExport: { body: { format: 'gguf', dtype: 'q8_0' } },
  setAlias: { body: { alias: 'support', model: tuned } },
  createKey: { body: { name: 'Support team' } },
  inspectFile: { body: { model: 'lathe-tiny' } },
  createDataset: { body: { repair: { file: trainingFile } } },
  createEval: {
    body: {
      name: 'Support answers',
      data_source_config: {
        type: 'custom',
        item_schema: { type: 'object', properties: { question: { type: 'string' } } },
        include_sample_schema: true,
      },
      testing_criteria: [judge],
    },
    client: 'await client.evals.create({ name, data_source_config, testing_criteria })',
  },
  importEval: { body: { format: 'promptfoo', content: 'prompts: ["{{question}}"]', model: tuned } },
  listEvals: { query: '?limit=20', client: 'await client.evals.list({ limit: 20 })' },
  getEval: { client: `await client.evals.retrieve('${evalId}')` },
  updateEval: {
    body: { name: 'Support answers 2' },
    client: `await client.evals.update('${evalId}', { name: 'Support answers 2' })`,
  },
  deleteEval: { client: `await client.evals.delete('${evalId}')` },
  createEvalRun: {
    body: {
      name: 'first',
      data_source: {
        type: 'completions',
        model: tuned,
        source: {
          type: 'file_content',
          content: [{ item: { question: 'Where is my order?' } }],
        },
        input_messages: {
          type: 'template',
          template: [{ role: 'user', content: '{{item.question}}' }],
        },
      },
    },
    client: `await client.evals.runs.create('${evalId}', { name: 'first', data_source })`,
  },
  listEvalRuns: { client: `await client.evals.runs.list('${evalId}')` },
  getEvalRun: { client: `await client.evals.runs.retrieve(${ofRun})` },
  cancelEvalRunByName: { client: `await client.evals.runs.cancel(${ofRun})` },
  deleteEvalRun: { client: `await client.evals.runs.delete(${ofRun})` },
  listEvalRunOutputItems: { client: `await client.evals.runs.outputItems.list(${ofRun})` },
  getEvalRunOutputItem: {
    client: `await client.evals.runs.outputItems.retrieve('outputitem_abc123def456', { eval_id: '${evalId}', run_id: '${runId}' })`,
  },
  createUpload: {
    body: {
      ...{ bytes: 134_217_728, filename: 'rows.jsonl' },
      ...{ mime_type: 'text/jsonl', purpose: 'fine-tune' },
    },
    client:
      "await client.uploads.create({ bytes: 134_217_728, filename: 'rows.jsonl', mime_type: 'text/jsonl', purpose: 'fine-tune' })",
  },
  addUploadPart: {
    form: ['data=@rows.jsonl.part1'],
    client: `await client.uploads.parts.create('${uploadId}', { data: createReadStream('rows.jsonl.part1') })`,
  },
  completeUpload: {
    body: { part_ids: ['part_abc123def456', 'part_def456abc123'] },
    client: `await client.uploads.complete('${uploadId}', { part_ids: ['part_abc123def456', 'part_def456abc123'] })`,
  },
  cancelUpload: { client: `await client.uploads.cancel('${uploadId}')` },
  createBatch: {
    body: {
      input_file_id: trainingFile,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    },
    client: `await client.batches.create({ input_file_id: '${trainingFile}', endpoint: '/v1/chat/completions', completion_window: '24h' })`,
  },
  listBatches: { client: 'await client.batches.list()' },
  getBatch: { client: "await client.batches.retrieve('batch_abc123def456')" },
  cancelBatch: { client: "await client.batches.cancel('batch_abc123def456')" },
};

/** A value as TypeScript that people would write. */
function inCode(value: object): string {
  return JSON.stringify(value)
    .replaceAll(/"([a-z_]+)":/g, '$1: ')
    .replaceAll(',', ', ')
    .replaceAll('"', "'")
    .replace(/^\{(.*)\}$/, '{ $1 }');
}
