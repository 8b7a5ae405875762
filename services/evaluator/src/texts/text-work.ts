import { LatheError } from '@lathe/contracts/error';
import type { TokenLogprob } from '@lathe/contracts/http/chat';
import { requireFiniteWeights } from '@lathe/engine/finite';
import type { GeneratedToken } from '@lathe/engine/generator';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { Handed } from '@lathe/platform/threads/serve-tasks';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { askRows } from './ask-rows.ts';
import { shownTokens } from './calls.ts';
import { createKits } from './kits.ts';
import type { ModelKit } from './model-kit.ts';
import { prepareQuestion, readAnswers } from './predict/handlers.ts';
import { prepareChat } from './prepare-chat.ts';
import { prepareCompletion } from './prepare-completion.ts';
import { prepareInputs } from './prepare-inputs.ts';
import type { ModelFacts, PushedToken, TextTask } from './text-task.ts';
import { tokenText } from './token-text.ts';

type Answer = { readonly tokenizer: Tokenizer; readonly text: ReturnType<Tokenizer['stream']> };

/** Works on tasks with texts, with tokenizers and answers in the making of its own: a thread's whole work. */
export function createTextWork(): (task: unknown) => Promise<unknown> {
  const kits = createKits();
  const answers = new Map<number, Answer>();
  const answerOf = (stream: number): Answer => {
    const found = answers.get(stream);
    if (found !== undefined) return found;
    throw new LatheError('unavailable', 'What read the answer ended; try again.');
  };
  return async (untyped) => {
    // It comes from this very process.
    const task = untyped as TextTask;
    switch (task.kind) {
      case 'facts':
        return factsOf(await kits.open(task.folder, task.isFresh));
      case 'weights':
        return requireFiniteWeights((await openAnyModelFolder(task.folder)).tensors);
      case 'forget':
        return kits.forget(task.folder);
      case 'chat': {
        const prepared = prepareChat(await kits.open(task.model.folder), task.model, task);
        if (prepared === 'left') return prepared;
        const { tokens, request } = prepared;
        const bytes = request.form === null ? [] : [request.form.schema.buffer];
        return new Handed(prepared, [tokens.buffer, ...bytes]);
      }
      case 'completion': {
        const kit = await kits.open(task.model.folder);
        const prepared = prepareCompletion(kit, task.model, task.body);
        return new Handed(
          prepared,
          prepared.prompts.map(({ tokens }) => tokens.buffer),
        );
      }
      case 'inputs': {
        const prepared = prepareInputs(await kits.open(task.model.folder), task.model, task.body);
        return new Handed(
          prepared,
          prepared.inputs.map(({ buffer }) => buffer),
        );
      }
      case 'question':
        return prepareQuestion(await kits.open(task.model.folder), task.model, task.body);
      case 'answers':
        return readAnswers(await kits.open(task.model.folder), task.model, task);
      case 'rows':
        return askRows(await kits.open(task.model.folder), task.model, task);
      case 'decode': {
        const kit = await kits.open(task.folder);
        return kit.tokenizer.decode(task.tokens, shownTokens(kit, task.withCalls));
      }
      case 'begin': {
        const kit = await kits.open(task.folder);
        const { tokenizer } = kit;
        const text = tokenizer.stream(shownTokens(kit, task.withCalls));
        answers.set(task.stream, { tokenizer, text });
        return undefined;
      }
      case 'push': {
        const { tokenizer, text } = answerOf(task.stream);
        return {
          text: text.push(task.token.token),
          logprob: task.wantsLogprob ? logprobOf(tokenizer, task.token) : null,
        } satisfies PushedToken;
      }
      case 'end':
        return answerOf(task.stream).text.end();
      case 'close':
        answers.delete(task.stream);
        return undefined;
    }
  };
}

/** What is told of a model outside of its thread. */
export function factsOf(kit: ModelKit): ModelFacts {
  const { config, parameters, tokenizerSha256, templateProblem, promptSurplus, stopTokens } = kit;
  const { hiddenSize, maxPositions, kind: architecture } = config;
  const { task, pooling, tokenizer } = kit;
  const maskToken = tokenizer.tokenId(tokenizer.names.get('mask_token') ?? '') ?? null;
  return {
    ...{ architecture, task, pooling, hiddenSize, maxPositions, parameters, tokenizerSha256 },
    ...{ templateProblem, promptSurplus, stopTokens, maskToken, tools: kit.tools },
  };
}

function logprobOf(tokenizer: Tokenizer, { token, logprob, top }: GeneratedToken): TokenLogprob {
  return {
    ...tokenText(tokenizer, token),
    logprob: shown(logprob),
    top_logprobs: top.map((other) => ({
      ...tokenText(tokenizer, other.token),
      logprob: shown(other.logprob),
    })),
  };
}

/** OpenAI's clients know this value as "impossible". */
function shown(logprob: number): number {
  return Math.max(logprob, -9999);
}
