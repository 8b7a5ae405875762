import { z } from 'zod';
import {
  type Component,
  flattenSequence,
  type Located,
  metaspaceSchema,
  parseField,
  patternSchema,
  refuseComponent,
} from '../component.ts';
import { TokenizerError } from '../error.ts';
import { patternExpression, translatePattern } from '../regex.ts';
import {
  addPrefixSpace,
  gpt2Pattern,
  inSequence,
  inSteps,
  isolateMatches,
  isolateStep,
  metaspaceStep,
  type PreTokenizer,
  type PreTokenizerStep,
  type Splitter,
  splitMatches,
} from './pre-tokenizer.ts';
import { type CutterName, cutterOfPattern, inTurn, type WordEnd, wordEnds } from './word-ends.ts';

const behaviorSchema = z.enum([
  'Isolated',
  'Removed',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
]);
const byteLevelSchema = z.looseObject({
  add_prefix_space: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});
const splitSchema = z.looseObject({
  pattern: patternSchema,
  behavior: behaviorSchema,
  invert: z.boolean().default(false),
});
const digitsSchema = z.looseObject({ individual_digits: z.boolean().default(false) });
const punctuationSchema = z.looseObject({ behavior: behaviorSchema.default('Isolated') });
const delimiterSchema = z.looseObject({ delimiter: z.string().length(1) });

/** What the reference takes for punctuation: all of ASCII's, symbols included, and category P. */
const punctuation = '!-\\/:-@\\[-`\\{-~\\p{P}';
/** `\w` of Rust's regular expressions. */
const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';

export type ReadPreTokenizer = {
  preTokenize: PreTokenizer;
  /** The same without strings, where every step of it can be done so. */
  wordEnd: WordEnd | undefined;
  /** What `wordEnd` is made of: each cuts what the ones before gave. */
  cutters: readonly CutterName[] | undefined;
  /** The last step writes words in the byte alphabet, so the model must be one of bytes. */
  isByteLevel: boolean;
};

/** Builds the pre-tokenizer of a tokenizer.json; throws TokenizerError naming a component that is unknown. */
export function readPreTokenizer(
  source: string,
  node: Component | null | undefined,
): ReadPreTokenizer {
  const steps = flattenSequence(source, node, 'pre_tokenizer', 'pretokenizers');
  const at = steps.findIndex(({ component }) => component.type === 'ByteLevel');
  if (at >= 0 && at < steps.length - 1)
    refuseComponent(source, steps[at]!, ' before another pre-tokenizer');
  const read = steps.flatMap((step) => readStep(source, step));
  const splitters = read.flatMap((step) => ('split' in step ? [step.split] : []));
  const known = read.flatMap((step) => ('cutter' in step && step.cutter ? [step.cutter] : []));
  const cutters = known.length === read.length ? known : undefined;
  return {
    preTokenize:
      splitters.length === read.length
        ? inSequence(splitters)
        : inSteps(read.map((step) => ('split' in step ? isolateStep(step.split) : step.step))),
    wordEnd: cutters && inTurn(cutters.map((name) => wordEnds[name])),
    cutters,
    isByteLevel: at >= 0,
  };
}

/** Steps that only cut are kept apart: where all do, no positions are needed. */
type Read = { split: Splitter; cutter?: CutterName | undefined } | { step: PreTokenizerStep };

function readStep(source: string, located: Located): Read[] {
  const { component, path } = located;
  switch (component.type) {
    case 'ByteLevel': {
      const options = parseField(source, byteLevelSchema, component, path);
      const words = isolateMatches(translatePattern(source, gpt2Pattern));
      return [
        ...(options.add_prefix_space ? [{ step: addPrefixSpace }] : []),
        ...(options.use_regex ? [{ split: words, cutter: 'gpt2' as const }] : []),
      ];
    }
    case 'Split': {
      const { pattern, behavior, invert } = parseField(source, splitSchema, component, path);
      const expression = patternExpression(source, pattern);
      if (behavior === 'Isolated') {
        const cutter = 'Regex' in pattern ? cutterOfPattern.get(pattern.Regex) : undefined;
        return [{ split: isolateMatches(expression), cutter }];
      }
      return [{ step: splitMatches(expression, behavior, invert) }];
    }
    case 'Digits': {
      const { individual_digits } = parseField(source, digitsSchema, component, path);
      // The reference counts every Unicode number as a digit, Roman numerals and fractions too.
      return [
        individual_digits
          ? { split: isolateMatches(/\p{N}/gu), cutter: 'digits' }
          : { split: isolateMatches(/\p{N}+/gu) },
      ];
    }
    case 'Metaspace': {
      const options = parseField(source, metaspaceSchema, component, path);
      const older = options.add_prefix_space === false ? 'never' : 'always';
      const prepend = options.prepend_scheme ?? older;
      if (options.add_prefix_space === false && prepend !== 'never')
        throw new TokenizerError(source, `${path}: add_prefix_space and prepend_scheme disagree`);
      const { replacement, split } = options;
      return [{ step: metaspaceStep({ replacement, prepend, split: split ?? true }) }];
    }
    case 'BertPreTokenizer':
      return [
        { step: splitMatches(/\p{White_Space}/gu, 'Removed', false) },
        { split: isolateMatches(new RegExp(`[${punctuation}]`, 'gu')) },
      ];
    case 'Whitespace': {
      const words = `[${wordCharacters}]+|[^${wordCharacters}\\p{White_Space}]+`;
      return [{ step: splitMatches(new RegExp(words, 'gu'), 'Removed', true) }];
    }
    case 'WhitespaceSplit':
      return [{ step: splitMatches(/\p{White_Space}/gu, 'Removed', false) }];
    case 'Punctuation': {
      const { behavior } = parseField(source, punctuationSchema, component, path);
      return [{ step: splitMatches(new RegExp(`[${punctuation}]`, 'gu'), behavior, false) }];
    }
    case 'CharDelimiterSplit': {
      const { delimiter } = parseField(source, delimiterSchema, component, path);
      const expression = new RegExp(RegExp.escape(delimiter), 'gu');
      return [{ step: splitMatches(expression, 'Removed', false) }];
    }
    default:
      return refuseComponent(source, located);
  }
}
