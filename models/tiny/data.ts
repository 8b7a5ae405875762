import type { TokenizedExample } from '@lathe/engine/example';
import { textExample } from '@lathe/engine/example';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import type { ChatTemplate } from '@lathe/tokenizer/rendered-chat';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { chats } from '../text/chats.ts';
import { documents } from '../text/documents.ts';
import { endOfText } from './model-files.ts';
import type { Recipe } from './recipe.ts';

/** Branches of the recipe's seed: one for each stream of text, so that none repeats another. */
const branch = { documents: 1, chats: 2, heldOutDocuments: 3, heldOutChats: 4 } as const;
const seedOf = (recipe: Recipe, name: keyof typeof branch) => recipe.seed * 10 + branch[name];

/** The text that the tokenizer is learned from: documents and conversations, as many characters of each. */
export function* tokenizerTexts(recipe: Recipe): Generator<string> {
  const sources = [
    documents(seedOf(recipe, 'documents')),
    asText(seedOf(recipe, 'chats')),
  ] as const;
  for (const source of sources) {
    let characters = 0;
    for (const text of source) {
      yield text;
      characters += text.length;
      if (characters > recipe.tokenizerCharacters / 2) break;
    }
  }
}

function* asText(seed: number): Generator<string> {
  for (const messages of chats(seed)) {
    yield messages.map(({ role, content }) => `${role}\n${content}\n`).join('');
  }
}

/** Windows of raw text, every token of which is a target. Documents follow each other after an end-of-text token. */
export function textWindows(
  recipe: Recipe,
  tokenizer: Tokenizer,
  part: 'training' | 'heldOut',
): TokenizedExample[] {
  const { windowTokens, tokens } = recipe.pretraining;
  const training = part === 'training';
  const count = training ? Math.ceil(tokens / windowTokens) : recipe.heldOut.windows;
  const source = documents(seedOf(recipe, training ? 'documents' : 'heldOutDocuments'));
  const windows: TokenizedExample[] = [];
  let waiting: number[] = [];
  for (const text of source) {
    waiting.push(...tokenizer.encode(text), endOfText);
    while (waiting.length >= windowTokens) {
      windows.push(textExample(waiting.slice(0, windowTokens)));
      waiting = waiting.slice(windowTokens);
      if (windows.length === count) return windows;
    }
  }
  throw new Error('the text ended');
}

/** Conversations in the form of the chat template; only what the assistant says is a target. */
export function chatExamples(
  recipe: Recipe,
  { tokenizer, template }: { readonly tokenizer: Tokenizer; readonly template: ChatTemplate },
  part: 'training' | 'heldOut',
): TokenizedExample[] {
  const training = part === 'training';
  const count = training ? recipe.chat.conversations : recipe.heldOut.conversations;
  const examples: TokenizedExample[] = [];
  for (const messages of chats(seedOf(recipe, training ? 'chats' : 'heldOutChats'))) {
    const { tokens, supervised } = encodeChat(tokenizer, template, [...messages]);
    if (tokens.length > recipe.chat.maxTokens) continue;
    examples.push({ tokens: Int32Array.from(tokens), supervised });
    if (examples.length === count) return examples;
  }
  throw new Error('the conversations ended');
}
