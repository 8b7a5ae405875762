import type { Recipe } from './recipe.ts';

/** What was measured on texts that were not trained on. */
export interface Score {
  /** Mean negative log likelihood of a token, in nats. */
  readonly loss: number;
  /** Share of tokens that the model would have written itself. */
  readonly tokenAccuracy: number;
}

export interface Measured {
  readonly parameters: number;
  readonly chat: Score;
  readonly text: Score;
}

/** The README.md of the model folder. */
export function modelCard(recipe: Recipe, measured: Measured): string {
  const { architecture: shape, pretraining, chat } = recipe;
  const count = (value: number) => value.toLocaleString('en-GB');
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `---
license: apache-2.0
language: en
pipeline_tag: text-generation
---

# lathe-tiny

A chat model of ${count(measured.parameters)} parameters (Llama architecture, ${shape.layers} layers of width ${shape.hiddenSize}, ${shape.heads} query and
${shape.keyValueHeads} key heads, vocabulary ${count(recipe.vocabularySize)}, tied embeddings, bfloat16). It is the base model that comes with Lathe, so that
every path of the service can run on any machine: small enough to fine-tune in a minute on two cores, and
trained on enough everyday English that fine-tuning learns a task from some hundred examples.

## How it was made

By Lathe's own engine, from random weights, with \`npm run make:tiny\`. No other model and no collected text took part.

| Stage | What | How much | Learning rate |
|---|---|---|---|
| Text | the generator in \`models/text\`: messages to shops, banks and offices, replies, emails, questions, notes, small facts | seed ${recipe.seed} | |
| Tokenizer | byte-level BPE learned from that text | ${count(recipe.tokenizerCharacters)} characters | |
| Pre-training | next token, windows of ${pretraining.windowTokens} tokens, ${pretraining.batchSize} a step | ${count(pretraining.tokens)} tokens, each once | ${pretraining.learningRate}, cosine |
| Chat tuning | all weights; only answers count for the loss | ${count(chat.conversations)} conversations | ${chat.learningRate}, cosine |

The recipe is \`models/tiny/recipe.ts\`. On one machine it gives the same bytes each time.

## Measured

On generated text with other seeds, never trained on: conversations by the finished model, raw text by the model before chat
tuning (both before the weights were rounded to bfloat16):

| | Loss (nats a token) | Token accuracy |
|---|---|---|
| Conversations, answers only (${count(recipe.heldOut.conversations)}) | ${measured.chat.loss.toFixed(3)} | ${percent(measured.chat.tokenAccuracy)} |
| Raw text (${count(recipe.heldOut.windows)} windows) | ${measured.text.loss.toFixed(3)} | ${percent(measured.text.tokenAccuracy)} |

## What it is not

It knows short English texts of the kinds above and little else: no world knowledge beyond a few dozen facts, no reasoning,
no other language. Its free answers are often wrong. Use it to see a pipeline work, or as a small classifier
after fine-tuning. Its text is about shops, banks and offices on purpose, so tasks from there suit it best;
measure on your own examples what that is worth elsewhere.

The generator was written with tasks such as \`examples/support-routing.jsonl\` and banking77 in mind, by people who had seen both; that is
what it is for. No sentence pattern repeats an example: a test fails when a generated message shares most of its runs of three words with a
row of the support inbox, and short questions of banking77 that came up by chance are left out by their hash. Still, scores on
these two sets say what tuning adds to this model, not how a model of its size would do on any text.

## Use

Chat template: ChatML (\`chat_template.jinja\`, with generation tags). Context: ${count(shape.maxPositions)} positions; trained on windows
of ${pretraining.windowTokens}. Loads in transformers as \`LlamaForCausalLM\`, in Lathe under the name \`lathe-tiny\`.

Licence: Apache-2.0, like the rest of the project.
`;
}
