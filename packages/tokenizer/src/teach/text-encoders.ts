import { encodeLabelled } from './encode-labelled.ts';
import { encodeMasked } from './encode-masked.ts';
import { encodeQuestion } from './encode-question.ts';
import { encodeRelated } from './encode-related.ts';
import { encodeReward } from './encode-reward.ts';
import { encodeTagged } from './encode-tagged.ts';

/**
 * How rows that go through no chat template become tokens, by what they teach. Each throws TokenizerError for a text
 * with a token for which the model has no row.
 * @example
 * const reader = await openTextReader('models/lathe-tiny-bert', tokenizer);
 * const { examples } = textEncoders.labelled(reader, { text: 'A man sings.', pair: 'Someone sings.' });
 */
export const textEncoders = {
  labelled: encodeLabelled,
  tagged: encodeTagged,
  question: encodeQuestion,
  related: encodeRelated,
  /** Pairs of answers, for an encoder. */
  reward: encodeReward,
  /** Texts whose tokens are to be found again. */
  masked: encodeMasked,
};
