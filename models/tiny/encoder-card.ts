import type { EncoderRecipe } from './encoder-recipe.ts';
import type { Score } from './model-card.ts';

export interface MeasuredEncoder {
  readonly parameters: number;
  /** Of hidden tokens of texts that were not trained on. */
  readonly score: Score;
}

/** The README.md of the encoder's folder. */
export function encoderCard(recipe: EncoderRecipe, { parameters, score }: MeasuredEncoder): string {
  const { architecture: shape } = recipe;
  const count = (value: number) => value.toLocaleString('en-GB');
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `---
license: apache-2.0
language: en
pipeline_tag: fill-mask
---

# lathe-tiny-encoder

An encoder of ${count(parameters)} parameters (BERT architecture, ${shape.layers} layers of width ${shape.hiddenSize}, ${shape.heads} heads, uncased WordPiece
vocabulary of ${count(recipe.vocabularySize)}, bfloat16). It is the base model that comes with Lathe for classification, tagging, question
answering and embeddings, so that every one of them can be tuned on any machine.

## How it was made

By Lathe's own engine, from random weights, with \`npm run make:tiny\`. No other model and no collected text took part.

| Stage | What | How much |
|---|---|---|
| Text | the generator in \`models/text\`, documents and what is said in conversations in turn | seed ${recipe.seed} |
| Tokenizer | WordPiece learned from that text | ${count(recipe.tokenizerCharacters)} characters |
| Training | hidden tokens (${percent(recipe.hiddenShare)} of each text, more than BERT's 15 %, after Wettig et al. 2022), up to ${recipe.maxTokens} tokens a text, ${recipe.batchSize} texts a step | ${count(recipe.texts)} texts, each once; learning rate ${recipe.learningRate}, cosine |

The recipe is \`models/tiny/encoder-recipe.ts\`. On one machine it gives the same bytes each time.

## Measured

On ${count(recipe.heldOutTexts)} generated texts with other seeds, never trained on (before the weights were rounded to bfloat16): loss
${score.loss.toFixed(3)} nats a hidden token, ${percent(score.tokenAccuracy)} of hidden tokens found.

## What it is not

It knows short English texts about shops, banks and offices and little else. It is there to see every task work, not to win on any of
them: see \`docs/models.md\` for encoders that were trained on real text.

## Use

\`BertForMaskedLM\` in transformers, in Lathe under the name \`lathe-tiny-encoder\`. Context: ${count(shape.maxPositions)} positions; trained on texts of up to
${recipe.maxTokens} tokens.

Licence: Apache-2.0, like the rest of the project.
`;
}
