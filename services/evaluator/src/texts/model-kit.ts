import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatheError } from '@lathe/contracts/error';
import { type AnyModelFolder, openAnyModelFolder } from '@lathe/engine/model-folder';
import { readSentencePooling } from '@lathe/engine/sentence-folder';
import { folderTask } from '@lathe/engine/task-head';
import { encodeConversation } from '@lathe/tokenizer/chat-conversation';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { endOfText, endOfTurn } from '@lathe/tokenizer/end-token';
import { TokenizerError } from '@lathe/tokenizer/error';
import { checkRows } from '@lathe/tokenizer/fit';
import type { ChatTemplate } from '@lathe/tokenizer/rendered-chat';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { type ToolSupport, toolSupport } from '@lathe/tokenizer/tool-form';
import { isOwnTexts } from '../engine/own-texts.ts';
import type { FolderAbility } from './served-task.ts';

/** What turns texts into a model's tokens and back, all of it from the model's own folder, or an adapter's `tokenizer`. */
export type ModelKit = FolderAbility & {
  readonly folder: string;
  readonly config: AnyModelFolder['config'];
  readonly tensors: AnyModelFolder['tensors'];
  readonly parameters: number;
  readonly tokenizer: Tokenizer;
  /** Digest of tokenizer.json. */
  readonly tokenizerSha256: string;
  readonly template: ChatTemplate | null;
  /** Why there is no template. */
  readonly templateProblem: string | null;
  /** What the template asks with before an answer that no answer has, such as an opened thought. */
  readonly promptSurplus: string | null;
  /** How the model writes calls of tools, or why it has none. */
  readonly tools: ToolSupport;
  /** Token that ends a completion; null when the model names none. */
  readonly endOfText: number | null;
  /** Every token that ends an answer. */
  readonly stopTokens: readonly number[];
};

/**
 * Opens a model folder for use. Throws UnsupportedModelError, CheckpointError or TokenizerError for a
 * folder that cannot be served, such as one whose tokenizer is larger than the model; a missing chat template is no reason.
 */
export async function openModelKit(folder: string): Promise<ModelKit> {
  const isOwn = await isOwnTexts(folder);
  const model = await openAnyModelFolder(folder, { weights: isOwn ? 'none' : 'required' });
  const { config, tensors } = model;
  // What an adapter was taught is told by its record; beside its tokenizer there are no weights.
  const task = isOwn ? null : ((await folderTask(model))?.task ?? null);
  const pooling = isOwn ? null : ((await readSentencePooling(folder)) ?? null);
  const tokenizer = await loadTokenizer(folder);
  const { template, templateProblem } = await optionalTemplate(folder);
  checkRows(tokenizer, config.vocabularySize, template);
  const eos = (await endOfText(folder, tokenizer)) ?? null;
  const turn = template === null ? undefined : endOfTurn(tokenizer, template);
  const stops = [...config.eosTokens, ...(eos === null ? [] : [eos])];
  let parameters = 0;
  for (const { shape } of tensors.values()) parameters += shape.reduce((a, b) => a * b, 1);
  return {
    ...{ folder, task, pooling },
    config,
    tensors,
    parameters,
    tokenizer,
    tokenizerSha256: createHash('sha256')
      .update(await readFile(join(folder, 'tokenizer.json')))
      .digest('hex'),
    template,
    templateProblem,
    promptSurplus: template === null ? null : surplusOf(tokenizer, template),
    tools:
      template === null
        ? { problem: 'it has no chat template', isWritten: false }
        : toolSupport(tokenizer, template),
    endOfText: eos,
    stopTokens: [...new Set(turn === undefined ? stops : [...stops, turn])],
  };
}

function surplusOf(tokenizer: Tokenizer, template: ChatTemplate): string | null {
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ];
  try {
    return encodeConversation(tokenizer, template, messages).promptSurplus ?? null;
  } catch (error) {
    if (error instanceof TokenizerError) return null;
    throw error;
  }
}

async function optionalTemplate(folder: string) {
  try {
    return { template: await loadChatTemplate(folder), templateProblem: null };
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    return { template: null, templateProblem: withoutSource(error) };
  }
}

/** A tokenizer's complaint without the path of the file: users do not know our folders. */
export function withoutSource(error: TokenizerError): string {
  return error.message.replace(`${error.source}: `, '').replaceAll(/\s+/g, ' ').slice(0, 300);
}

/** The kit's chat template. Throws `unsupported_model` when it has none. */
export function templateOf(kit: ModelKit, model: string): ChatTemplate {
  if (kit.template !== null) return kit.template;
  throw new LatheError(
    'unsupported_model',
    `The model '${model}' cannot chat: ${kit.templateProblem}.`,
    { param: 'model' },
  );
}
