import { LatheError } from '@lathe/contracts/error';
import { type CompletionRequest, completionRequestSchema } from '@lathe/contracts/http/completion';
import type { CompletionQuestion } from '@lathe/contracts/message/completion';
import { parseRequest } from '../http/parse.ts';
import { type Asker, checkStreaming, logitBias, stopTexts } from './chat-request.ts';
import { readInputs } from './embedding-inputs.ts';

/** Answers of one request, all prompts together. */
const mostChoices = 128;
/** Tokens of an answer where nobody says how many, as OpenAI has it. */
const usualTokens = 16;

/** A body of POST /v1/completions, and what evaluators are asked. */
export type ReadRequest = {
  readonly body: CompletionRequest;
  readonly question: CompletionQuestion;
};

/**
 * Reads a completion request, every default resolved. Throws `invalid_value` for parameters that contradict each other,
 * and what `parseRequest` and `readInputs` throw.
 */
export function readCompletion(json: unknown, asker: Asker): ReadRequest {
  const found =
    typeof json === 'object' && json !== null && 'prompt' in json
      ? readInputs(json.prompt, { param: 'prompt', of: 'a completion' })
      : undefined;
  // One text stands for prompts that were looked at already.
  const body = parseRequest(
    completionRequestSchema,
    found === undefined ? json : { ...(json as object), prompt: 'x' },
  );
  checkStreaming(body);
  const { inputs: prompts, isList } = found ?? { inputs: [], isList: false };
  const choices = body.n ?? 1;
  if (prompts.length * choices > mostChoices)
    throw new LatheError(
      'invalid_value',
      `Invalid value for 'prompt': ${prompts.length} prompts with ${choices} answers each are asked for; at most ${mostChoices} answers are given at a time.`,
      { param: 'prompt' },
    );
  const echo = body.echo === true;
  const maxTokens = body.max_tokens ?? usualTokens;
  if (maxTokens === 0 && !echo)
    throw new LatheError(
      'invalid_value',
      "Invalid value for 'max_tokens': 0 needs 'echo', since nothing would come back.",
      { param: 'max_tokens' },
    );
  return {
    body,
    question: {
      version: 1,
      requestId: asker.requestId,
      project: asker.project,
      model: body.model,
      prompts,
      isList,
      maxTokens,
      echo,
      temperature: body.temperature ?? 1,
      topP: body.top_p ?? 1,
      stop: stopTexts(body.stop),
      seed: body.seed ?? null,
      choices,
      topLogprobs: body.logprobs ?? null,
      logitBias: logitBias(body),
      presencePenalty: body.presence_penalty ?? 0,
      frequencyPenalty: body.frequency_penalty ?? 0,
    },
  };
}
