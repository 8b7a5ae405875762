import type { Tool } from '@lathe/contracts/artifact/tool';
import { LatheError } from '@lathe/contracts/error';
import { aliasRequestSchema } from '@lathe/contracts/http/alias';
import { createBatchSchema } from '@lathe/contracts/http/batch';
import { type ChatRequest, chatRequestSchema } from '@lathe/contracts/http/chat';
import { datasetRequestSchema } from '@lathe/contracts/http/dataset';
import { embeddingRequestSchema } from '@lathe/contracts/http/embedding';
import { createEvalSchema, updateEvalSchema } from '@lathe/contracts/http/eval';
import { importEvalSchema } from '@lathe/contracts/http/eval-import';
import { createExportSchema } from '@lathe/contracts/http/export';
import { createJobSchema } from '@lathe/contracts/http/fine-tuning';
import {
  type CheckGrader,
  runGraderSchema,
  validateGraderSchema,
} from '@lathe/contracts/http/grader';
import { inspectRequestSchema } from '@lathe/contracts/http/inspection';
import { createKeySchema } from '@lathe/contracts/http/key';
import {
  completionDatasetSchema,
  feedbackRequestSchema,
  updateCompletionSchema,
} from '@lathe/contracts/http/stored-completion';
import { completeUploadSchema, createUploadSchema } from '@lathe/contracts/http/upload';
import type { EmbeddingQuestion } from '@lathe/contracts/message/embedding';
import type { Envelope } from '@lathe/contracts/message/envelope';
import type { PredictionQuestion } from '@lathe/contracts/message/prediction';
import { problemOf } from '@lathe/graders/begin';
import type { Handover } from '@lathe/platform/nats/ask-evaluators';
import { parseRequest } from '../http/parse.ts';
import { readImport } from '../imports/read-import.ts';
import { requestHash } from '../jobs/duplicates.ts';
import type {
  BodyResults,
  BodyTask,
  ReadChat,
  ReadEmbedding,
  ReadJob,
  ReadPrediction,
  ToStore,
} from './body-task.ts';
import { checkStreaming, toInferenceRequest } from './chat-request.ts';
import { readCompletion } from './completion-request.ts';
import { type Inputs, readInputs } from './embedding-inputs.ts';
import { readRun } from './eval-requests.ts';
import { parseJson } from './json.ts';
import {
  type Read,
  readClassify,
  readModeration,
  readPipeline,
  readRerank,
  readScore,
} from './prediction-requests.ts';

/** Reads a body and checks it against its schema. Throws what `parseJson` and `parseRequest` throw. */
export function readBody(task: BodyTask): BodyResults[BodyTask['kind']] {
  const json = parseJson(task.bytes);
  switch (task.kind) {
    case 'chat':
      return readChat(json, task);
    case 'completion':
      return readPrompts(json, task);
    case 'embedding':
      return readEmbedding(json, task);
    case 'job':
      return readJob(json);
    case 'inspect':
      return parseRequest(inspectRequestSchema, json);
    case 'dataset':
      return parseRequest(datasetRequestSchema, json);
    case 'eval':
      return parseRequest(createEvalSchema, json);
    case 'eval-update':
      return parseRequest(updateEvalSchema, json);
    case 'eval-run':
      return readRun(json, task.project);
    case 'eval-import': {
      const body = parseRequest(importEvalSchema, json);
      return { ...readImport(body, task), model: body.model };
    }
    case 'grader-check':
      return readGrader(json);
    case 'grader-run':
      return parseRequest(runGraderSchema, json);
    case 'export':
      return parseRequest(createExportSchema, json);
    case 'alias':
      return parseRequest(aliasRequestSchema, json);
    case 'key':
      return parseRequest(createKeySchema, json);
    case 'batch':
      return parseRequest(createBatchSchema, json);
    case 'upload':
      return parseRequest(createUploadSchema, json);
    case 'upload-completion':
      return parseRequest(completeUploadSchema, json);
    case 'completion-update':
      return parseRequest(updateCompletionSchema, json);
    case 'feedback':
      return parseRequest(feedbackRequestSchema, json);
    case 'completion-dataset':
      return parseRequest(completionDatasetSchema, json);
    case 'pipeline':
      return prediction(readPipeline(json, task), task);
    case 'classify':
      return prediction(readClassify(json), task);
    case 'score':
      return prediction(readScore(json), task);
    case 'rerank':
      return prediction(readRerank(json), task);
    case 'moderation':
      return prediction(readModeration(json), task);
  }
}

function readChat(json: unknown, asker: BodyTask): ReadChat {
  const body = parseRequest(chatRequestSchema, json);
  checkStreaming(body);
  const request = toInferenceRequest(body, asker, toolsOf(json));
  return {
    ...handover(request),
    isStreamed: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    choices: request.choices,
    logprobs: body.logprobs === true,
    ...(body.store === true && { toStore: toStoreOf(body, request.tools) }),
  };
}

/** What is kept of a request, with the tools as they came. */
function toStoreOf(body: ChatRequest, tools: readonly Tool[]): ToStore {
  const { messages, metadata, temperature, top_p, seed, presence_penalty, frequency_penalty } =
    body;
  const { response_format, tool_choice } = body;
  const asked = { temperature, top_p, seed, presence_penalty, frequency_penalty };
  const kept = {
    ...asked,
    response_format,
    tool_choice,
    ...(tools.length > 0 && { tools: [...tools] }),
  };
  return { messages, asked: kept as ToStore['asked'], metadata: metadata ?? null };
}

/** The tools of a body that fits its schema, as they came: templates print them, and a copy has other keys first. */
function toolsOf(json: unknown): readonly Tool[] {
  return (json as { readonly tools?: readonly Tool[] | null }).tools ?? [];
}

function readPrompts(json: unknown, asker: BodyTask): ReadChat {
  const { body, question } = readCompletion(json, asker);
  return {
    ...handover(question),
    isStreamed: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    choices: question.choices * question.prompts.length,
    logprobs: question.topLogprobs !== null,
  };
}

function readEmbedding(json: unknown, { project, requestId }: BodyTask): ReadEmbedding {
  const read = withInputs(json);
  // One text stands for inputs that were looked at already.
  const body = parseRequest(embeddingRequestSchema, read?.json ?? json);
  const { inputs, isList } = read?.found ?? { inputs: [], isList: false };
  const question: EmbeddingQuestion = {
    version: 1,
    requestId,
    project,
    model: body.model,
    inputs,
    isList,
    dimensions: body.dimensions ?? null,
  };
  return {
    ...handover(question),
    inputs: inputs.length,
    encoding: body.encoding_format ?? 'float',
  };
}

/** The body with one text instead of its inputs; undefined where there are none to be found. */
function withInputs(json: unknown): { readonly json: object; readonly found: Inputs } | undefined {
  if (typeof json !== 'object' || json === null || !('input' in json)) return undefined;
  const found = readInputs(json.input, { param: 'input', of: 'an embedding' });
  return found === undefined ? undefined : { json: { ...json, input: 'x' }, found };
}

function prediction(
  { model, about, rerank }: Read,
  { project, requestId }: BodyTask,
): ReadPrediction {
  const question: PredictionQuestion = { version: 1, requestId, project, model, ...about };
  const { asked, isList, param } = about;
  return {
    ...handover(question),
    ...{ kind: asked.kind, inputs: asked.inputs.length, isList, param },
    topK: 'topK' in asked ? asked.topK : null,
    ...(rerank !== undefined && { rerank }),
  };
}

function readJob(json: unknown): ReadJob {
  const body = parseRequest(createJobSchema, json);
  return { body, hash: requestHash(body) };
}

/** A grader that could run. Throws `invalid_value` for one that never could. */
function readGrader(json: unknown): CheckGrader {
  const body = parseRequest(validateGraderSchema, json);
  const problem = problemOf(body.grader);
  if (problem !== undefined) throw new LatheError('invalid_value', problem, { param: 'grader' });
  return body;
}

function handover(message: Envelope): Handover {
  const { requestId, project, model } = message;
  const payload = new TextEncoder().encode(JSON.stringify(message));
  return { envelope: { requestId, project, model }, payload };
}
