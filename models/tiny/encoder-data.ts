import type { MaskedExample } from '@lathe/engine/masked-lm';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { chats } from '../text/chats.ts';
import { documents } from '../text/documents.ts';
import { createRandom, type Random } from '../text/random.ts';
import type { EncoderRecipe } from './encoder-recipe.ts';

/** Branches of the recipe's seed: one for each stream, so that none repeats another. */
const branch = { training: 1, heldOut: 3, trainingMasks: 5, heldOutMasks: 6 } as const;
const seedOf = (recipe: EncoderRecipe, name: keyof typeof branch) =>
  recipe.seed * 10 + branch[name];

/** Documents, and what is said in conversations, in turn. */
function* plainTexts(seed: number): Generator<string> {
  const said = turns(seed + 1);
  for (const document of documents(seed)) {
    yield document;
    yield said.next().value as string;
  }
}

function* turns(seed: number): Generator<string> {
  for (const messages of chats(seed)) for (const { content } of messages) yield content;
}

/** The text that the tokenizer is learned from. */
export function* encoderTokenizerTexts(recipe: EncoderRecipe): Generator<string> {
  let characters = 0;
  for (const text of plainTexts(seedOf(recipe, 'training'))) {
    yield text;
    characters += text.length;
    if (characters > recipe.tokenizerCharacters) return;
  }
}

/**
 * Texts between [CLS] and [SEP] with a share of their tokens hidden as in BERT (Devlin et al. 2018): eight of ten are
 * [MASK], one is any token, one stays. Every eighth text is as long as may be, of several documents.
 */
export function maskedTexts(
  recipe: EncoderRecipe,
  tokenizer: Tokenizer,
  part: 'training' | 'heldOut',
): MaskedExample[] {
  const isTraining = part === 'training';
  const count = isTraining ? recipe.texts : recipe.heldOutTexts;
  const random = createRandom(seedOf(recipe, isTraining ? 'trainingMasks' : 'heldOutMasks'));
  const source = plainTexts(seedOf(recipe, part));
  const next = (): number[] => tokenizer.encode(source.next().value as string);
  const [start, end] = ['[CLS]', '[SEP]'].map((token) => tokenizer.tokenId(token) as number);
  const room = recipe.maxTokens - 2;
  return Array.from({ length: count }, (_, at) => {
    let tokens = next();
    while (at % 8 === 0 && tokens.length < room) tokens = [...tokens, ...next()];
    const whole = [start as number, ...tokens.slice(0, room), end as number];
    return masked(whole, { recipe, tokenizer, random });
  });
}

function masked(
  whole: readonly number[],
  {
    recipe,
    tokenizer,
    random,
  }: {
    readonly recipe: EncoderRecipe;
    readonly tokenizer: Tokenizer;
    readonly random: Random;
  },
): MaskedExample {
  const tokens = Int32Array.from(whole);
  const inner = Array.from({ length: whole.length - 2 }, (_, at) => at + 1);
  const share = Math.max(1, Math.round(inner.length * recipe.hiddenShare));
  const hidden = Int32Array.from(random.shuffled(inner).slice(0, share)).sort();
  const answers = hidden.map((place) => whole[place] as number);
  for (const place of hidden)
    if (random.chance(0.8)) tokens[place] = tokenizer.tokenId('[MASK]') as number;
    else if (random.chance(0.5)) tokens[place] = random.integer(5, recipe.vocabularySize - 1);
  return { tokens, hidden, answers };
}
