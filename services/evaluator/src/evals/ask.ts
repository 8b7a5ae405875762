import type { ToolCall } from '@lathe/contracts/artifact/tool';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import type { EvalRunRecord, RunTally } from '@lathe/contracts/record/eval-run';
import type { QuestionAnswer } from '@lathe/graders/finish';
import type { Question } from '@lathe/graders/question';
import { askTexts } from '../models/ask-model.ts';
import { answerChat } from '../serve/answer.ts';
import { answerEmbedding } from '../serve/answer-embedding.ts';
import type { RunPorts } from './run-ports.ts';
import { addUsage } from './tally.ts';

export type AskPorts = Pick<RunPorts, 'models' | 'engine' | 'texts' | 'settings'>;

/** For whom a model is asked: the signal ends it, and the seed stands where none is asked for. */
export type RunAsker = Pick<EvalRunRecord, 'project' | 'requestId'> & {
  readonly signal: AbortSignal;
  readonly seed: number;
};

type Usage = RunTally['usage'][number];

/** What a model answered. */
export type ChatAnswer = {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly finishReason: string;
  readonly usage: Usage;
};

type Chat = Omit<InferenceRequest, 'requestId'>;

/** Asks a model of the project a chat. Throws what `answerChat` and the search for the model throw. */
export async function askChat(ports: AskPorts, asker: RunAsker, chat: Chat): Promise<ChatAnswer> {
  const { project, requestId, signal, seed } = asker;
  const model = await ports.models.find(project, chat.model);
  const body = bytesOf({ ...chat, requestId });
  const { engine, texts } = ports;
  const told = { engine, texts, signal, urgency: 'evaluation' as const };
  const asked = { ...told, reserve: () => undefined, randomSeed: () => seed };
  let text = '';
  let finishReason = '';
  let usage = usageOf(chat.model, { prompt: 0, completion: 0 });
  const calls: { id: string; name: string; arguments: string }[] = [];
  for await (const piece of answerChat({ project, body }, model, asked)) {
    if (piece.kind === 'text') text += piece.text;
    else if (piece.kind === 'call')
      calls[piece.index] = { id: piece.id, name: piece.name, arguments: '' };
    else if (piece.kind === 'arguments') {
      const call = calls[piece.index];
      if (call !== undefined) call.arguments += piece.text;
    } else if (piece.kind === 'finish') finishReason = piece.reason;
    else {
      const { prompt_tokens: prompt, completion_tokens: completion } = piece.usage;
      const cached = piece.usage.prompt_tokens_details?.cached_tokens;
      usage = usageOf(chat.model, { prompt, completion, cached });
    }
  }
  return {
    ...{ text, finishReason, usage },
    calls: calls.map(({ id, ...called }) => ({ id, type: 'function', function: called })),
  };
}

/** What a grader's question came to, and what it took. */
export type Judged = {
  readonly answer: QuestionAnswer;
  readonly usage: Usage;
  /** What a model wrote; null of vectors and scores. */
  readonly sample: Record<string, unknown> | null;
};

/**
 * Asks a model of the project what a grader wants to know: a chat, vectors, or, of a reward model, its score of the last
 * message after those before. Throws like `askChat`.
 */
export async function askQuestion(
  ports: AskPorts,
  asker: RunAsker,
  question: Question,
): Promise<Judged> {
  if (question.kind === 'vectors') return askVectors(ports, asker, question);
  if (question.kind === 'pair') return askPair(ports, asker, question);
  const model = await ports.models.find(asker.project, question.model);
  const body = question.body as JudgeBody;
  if (model.task.type === 'reward') {
    const contents = body.messages.map(({ content }) => content);
    const last = contents.pop() ?? '';
    const input =
      contents.length === 0
        ? { text: last, pair: null }
        : { text: contents.join('\n'), pair: last };
    const [score] = await askTexts(
      ports,
      { model, asked: { kind: 'similarity', inputs: [input] } },
      { ...asker, urgency: 'evaluation', tokensAtOnce: ports.settings.embeddingTokens },
    );
    const usage = usageOf(question.model, { prompt: 0, completion: 0 });
    return { answer: { score: Number(score) }, usage, sample: null };
  }
  const { text, usage } = await askChat(ports, asker, chatOf(body, asker.project));
  const output = [{ role: 'assistant', content: text }];
  return { answer: { text }, usage, sample: { model: question.model, output, usage } };
}

/** As packages/graders writes its chats. */
type JudgeBody = {
  readonly model: string;
  readonly messages: InferenceRequest['messages'];
  readonly max_completion_tokens: number;
  readonly temperature: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly response_format: {
    readonly json_schema: { readonly schema: InferenceRequest['schema'] };
  };
};

function chatOf(body: JudgeBody, project: string): Chat {
  return {
    ...{ version: 1, project, model: body.model, messages: body.messages },
    temperature: body.temperature,
    topP: body.top_p ?? 1,
    maxTokens: body.max_completion_tokens,
    seed: body.seed ?? null,
    schema: body.response_format.json_schema.schema,
    ...{ stop: [], choices: 1, topLogprobs: null, logitBias: {} },
    ...{ presencePenalty: 0, frequencyPenalty: 0 },
    ...{ tools: [], toolChoice: 'auto', parallelToolCalls: true },
  };
}

async function askPair(
  ports: AskPorts,
  asker: RunAsker,
  { model: name, bodies }: Question & { kind: 'pair' },
): Promise<Judged> {
  const ask = (body: object) => askChat(ports, asker, chatOf(body as JudgeBody, asker.project));
  const [first, last] = [await ask(bodies[0]), await ask(bodies[1])];
  const [usage = first.usage] = addUsage([first.usage], [last.usage]);
  const output = [first, last].map(({ text }) => ({ role: 'assistant', content: text }));
  return {
    ...{ answer: { texts: [first.text, last.text] }, usage },
    sample: { model: name, output, usage },
  };
}

async function askVectors(
  ports: AskPorts,
  { project, requestId, signal, seed }: RunAsker,
  { model: name, texts: inputs }: Question & { kind: 'vectors' },
): Promise<Judged> {
  const model = await ports.models.find(project, name);
  const about = { version: 1, requestId, project, model: name };
  const body = bytesOf({ ...about, inputs, isList: true, dimensions: null });
  const asked = {
    ...{ signal, urgency: 'evaluation' as const, reserve: () => undefined },
    randomSeed: () => seed,
  };
  const vectors: Float32Array[] = [];
  let prompt = 0;
  for await (const piece of answerEmbedding({ project, body }, model, { ...ports, ...asked })) {
    if (piece.kind === 'done') prompt = piece.promptTokens;
    else vectors.push(...vectorsIn(piece));
  }
  const [one = [], other = []] = vectors;
  const usage = usageOf(name, { prompt, completion: 0 });
  return { answer: { vectors: [one, other] }, usage, sample: null };
}

function vectorsIn({ data, dimensions }: { data: string; dimensions: number }): Float32Array[] {
  const bytes = Buffer.from(data, 'base64');
  const numbers = Float32Array.from({ length: bytes.length / 4 }, (_, at) =>
    bytes.readFloatLE(4 * at),
  );
  return Array.from({ length: numbers.length / dimensions }, (_, at) =>
    numbers.subarray(at * dimensions, (at + 1) * dimensions),
  );
}

function usageOf(
  model_name: string,
  {
    prompt,
    completion,
    cached = 0,
  }: {
    readonly prompt: number;
    readonly completion: number;
    readonly cached?: number | undefined;
  },
): Usage {
  return {
    ...{ model_name, invocation_count: 1, cached_tokens: cached },
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}

function bytesOf(value: object): Uint8Array {
  return Uint8Array.from(Buffer.from(JSON.stringify(value)));
}
