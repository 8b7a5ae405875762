import type { Message } from '@lathe/contracts/artifact/dataset';
import type { Tool } from '@lathe/contracts/artifact/tool';
import type { ChatRequest, JsonSchema } from '@lathe/contracts/http/chat';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import { checkCalls, toolChoice } from './chat-tools.ts';
import { contradiction } from './contradiction.ts';

/** Who asks, and under which id the evaluators know the request. */
export type Asker = { readonly project: string; readonly requestId: string };

/**
 * A chat request with every default resolved, as evaluators take it. Throws `invalid_value` for
 * parameters that contradict each other.
 */
export function toInferenceRequest(
  body: ChatRequest,
  asker: Asker,
  tools: readonly Tool[] = [],
): InferenceRequest {
  checkCalls(body.messages);
  // As OpenAI has it: they are kept with what is stored, and nowhere else.
  if (body.store !== true && Object.keys(body.metadata ?? {}).length > 0)
    throw contradiction('metadata', "'metadata' needs 'store' to be true.");
  return {
    version: 1,
    requestId: asker.requestId,
    project: asker.project,
    model: body.model,
    messages: body.messages.map(toMessage),
    temperature: body.temperature ?? 1,
    topP: body.top_p ?? 1,
    maxTokens: maxTokens(body),
    stop: stopTexts(body.stop),
    seed: body.seed ?? null,
    choices: body.n ?? 1,
    topLogprobs: topLogprobs(body),
    logitBias: logitBias(body),
    presencePenalty: body.presence_penalty ?? 0,
    frequencyPenalty: body.frequency_penalty ?? 0,
    schema: answerSchema(body.response_format),
    tools: [...tools],
    toolChoice: toolChoice(body),
    parallelToolCalls: body.parallel_tool_calls ?? true,
  };
}

/** The schema of the answer; any object where JSON is asked for without one. */
function answerSchema(format: ChatRequest['response_format']): JsonSchema | null {
  if (format == null || format.type === 'text') return null;
  if (format.type === 'json_object') return { type: 'object' };
  return format.json_schema.schema ?? { type: 'object' };
}

/** Throws `invalid_value` when a parameter of streaming is given without streaming. */
export function checkStreaming(body: Pick<ChatRequest, 'stream' | 'stream_options'>): void {
  if (body.stream !== true && body.stream_options != null)
    throw contradiction('stream_options', "'stream_options' needs 'stream' to be true.");
}

function toMessage(message: ChatRequest['messages'][number], index: number): Message {
  const { role, content, name, tool_calls: calls, tool_call_id: answered } = message;
  if (content == null && role !== 'assistant')
    throw contradiction(
      `messages[${index}].content`,
      `Invalid value for 'messages[${index}].content': a ${role} message needs content.`,
    );
  const text = Array.isArray(content) ? content.map((part) => part.text).join('') : (content ?? '');
  return {
    role,
    content: text,
    ...(name == null ? {} : { name }),
    ...(calls == null || calls.length === 0 ? {} : { tool_calls: calls }),
    ...(answered == null ? {} : { tool_call_id: answered }),
  };
}

function maxTokens(body: ChatRequest): number | null {
  const { max_tokens: old, max_completion_tokens: current } = body;
  if (old != null && current != null && old !== current)
    throw contradiction(
      'max_tokens',
      "'max_tokens' and 'max_completion_tokens' differ; give one of them.",
    );
  return current ?? old ?? null;
}

/** Biases are looked at for every token. */
const mostBiases = 2048;

/** Throws `invalid_value` for more biases than are looked at. */
export function logitBias({
  logit_bias: bias,
}: Pick<ChatRequest, 'logit_bias'>): Record<string, number> {
  const count = Object.keys(bias ?? {}).length;
  if (count > mostBiases)
    throw contradiction(
      'logit_bias',
      `Invalid value for 'logit_bias': it has ${count} tokens; at most ${mostBiases} are taken.`,
    );
  return bias ?? {};
}

/** Answers are searched for stop texts at every token. */
const longestStop = 1024;

/** Throws `invalid_value` for a stop text that is empty or too long. */
export function stopTexts(stop: ChatRequest['stop']): string[] {
  const texts = typeof stop === 'string' ? [stop] : (stop ?? []);
  if (texts.some((text) => text === ''))
    throw contradiction('stop', "Invalid value for 'stop': a stop text may not be empty.");
  if (texts.some((text) => text.length > longestStop))
    throw contradiction(
      'stop',
      `Invalid value for 'stop': a stop text may have at most ${longestStop} characters.`,
    );
  return texts;
}

function topLogprobs(body: ChatRequest): number | null {
  if (body.logprobs === true) return body.top_logprobs ?? 0;
  if (body.top_logprobs != null)
    throw contradiction('top_logprobs', "'top_logprobs' needs 'logprobs' to be true.");
  return null;
}
