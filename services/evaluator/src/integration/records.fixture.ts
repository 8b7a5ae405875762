import { newId } from '@lathe/contracts/id';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { EmbeddingQuestion } from '@lathe/contracts/message/embedding';
import type { InferenceReply, InferenceRequest } from '@lathe/contracts/message/inference';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { jobRecord } from '@lathe/testkit/job-record';
import type { AnsweredRow } from '../texts/held-out.ts';

/** For tests: the project and the base model of everything below. */
export const project = 'default';
export const baseName = 'tiny';

/** The text of each choice, and what was said at the end. */
export async function collect(replies: AsyncIterable<InferenceReply>) {
  const texts: string[] = [];
  const reasons: string[] = [];
  const kinds: string[] = [];
  let last: InferenceReply | undefined;
  for await (const reply of replies) {
    kinds.push(reply.kind);
    if (reply.kind === 'text') texts[reply.choice] = (texts[reply.choice] ?? '') + reply.text;
    if (reply.kind === 'finish') reasons[reply.choice] = reply.reason;
    last = reply;
  }
  return { texts, reasons, kinds, last };
}

/** A short greedy chat with the base model. */
export function chatRequest(): InferenceRequest {
  return {
    version: 1,
    requestId: newId('request'),
    project,
    model: baseName,
    messages: [{ role: 'user', content: 'hello' }],
    temperature: 0,
    topP: 1,
    maxTokens: 8,
    stop: [],
    seed: 1,
    choices: 1,
    topLogprobs: null,
    schema: null,
    tools: [],
    toolChoice: 'auto',
    parallelToolCalls: true,
    logitBias: {},
    presencePenalty: 0,
    frequencyPenalty: 0,
  };
}

/** Asks for the vector of one text from the base model. */
export function embeddingQuestion(): EmbeddingQuestion {
  return {
    version: 1,
    requestId: newId('request'),
    project,
    model: baseName,
    inputs: ['hello'],
    isList: false,
    dimensions: null,
  };
}

/** A row with one question and its answer. */
export function chatRow(line: number, user: string, assistant: string): AnsweredRow {
  return {
    kind: 'chat',
    line,
    messages: [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ],
  };
}

/** A job whose training is over, without its artifacts. */
export function trainedJob(id: string): JobRecord {
  return jobRecord({ id, project, state: 'running', epoch: 2, stage: 'evaluate', model: baseName });
}

type Rows = Extract<EvalRunRecord['rows'], { kind: 'inline' }>;

/** A run of an eval that asks the tiny model: how like its prompt each answer is. */
export function queuedRun(
  id: string,
  { evalId, object }: { readonly evalId: string; readonly object: Rows['object'] },
): EvalRunRecord {
  return {
    ...{ version: 1, id, project, evalId, requestId: 'req_1', name: '' },
    ...{ createdAt: 1, createdMs: 1, metadata: null, state: 'queued', dataSource: {} },
    rows: { kind: 'inline', object },
    criteria: [
      {
        ...{ type: 'text_similarity', name: 'alike', evaluation_metric: 'fuzzy_match' },
        ...{ input: '{{ sample.output_text }}', reference: 'Row {{ item.n }}' },
        pass_threshold: 0.2,
      },
    ],
    asking: {
      messages: {
        kind: 'template',
        template: [{ role: 'user', content: 'Row {{ item.n }}' }],
      },
      chat: {
        ...{ version: 1, project, model: 'tiny', temperature: 1, topP: 1, maxTokens: 24, seed: 7 },
        ...{ stop: [], choices: 1, topLogprobs: null, logitBias: {}, schema: null, tools: [] },
        ...{ presencePenalty: 0, frequencyPenalty: 0, toolChoice: 'auto', parallelToolCalls: true },
      },
    },
    tally: {
      counts: { total: 0, passed: 0, failed: 0, errored: 0 },
      ...{ criteria: [], usage: [] },
    },
    ...{ error: null, finishedAt: null },
  };
}
