import { z } from 'zod';
import {
  type Component,
  flattenSequence,
  type Located,
  parseField,
  refuseComponent,
  replaceSchema,
} from '../component.ts';
import { patternExpression } from '../regex.ts';
import { bertNormalizer } from './bert-normalizer.ts';
import type { UnicodeForm } from './composition.ts';
import {
  chainNormalizers,
  type Normalizer,
  prepend,
  replaceMatches,
  stripSides,
} from './normalizer.ts';
import { precompiledNormalizer } from './precompiled-normalizer.ts';
import { lowercase, stripMarks, unicodeNormalizer } from './unicode-normalizer.ts';

const bertSchema = z.looseObject({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
});
const prependSchema = z.looseObject({ prepend: z.string() });
const stripSchema = z.looseObject({
  strip_left: z.boolean().default(true),
  strip_right: z.boolean().default(true),
});
const precompiledSchema = z.looseObject({ precompiled_charsmap: z.base64().nullish() });

/** Builds the normalizer of a tokenizer.json; throws TokenizerError naming a component that is unknown. */
export function readNormalizer(source: string, node: Component | null | undefined): Normalizer {
  const steps = flattenSequence(source, node, 'normalizer', 'normalizers');
  return chainNormalizers(steps.map((step) => readStep(source, step)));
}

function readStep(source: string, located: Located): Normalizer {
  const { component, path } = located;
  switch (component.type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return unicodeNormalizer(component.type satisfies UnicodeForm);
    case 'Lowercase':
      return lowercase;
    case 'StripAccents':
      return stripMarks;
    case 'Strip': {
      const options = parseField(source, stripSchema, component, path);
      return stripSides(options.strip_left, options.strip_right);
    }
    case 'Prepend':
      return prepend(parseField(source, prependSchema, component, path).prepend);
    case 'Replace': {
      const { pattern, content } = parseField(source, replaceSchema, component, path);
      const expression = patternExpression(source, pattern);
      return replaceMatches(expression, content);
    }
    case 'BertNormalizer': {
      const options = parseField(source, bertSchema, component, path);
      return bertNormalizer({
        cleanText: options.clean_text,
        handleChineseCharacters: options.handle_chinese_chars,
        stripAccents: options.strip_accents ?? options.lowercase,
        lowercase: options.lowercase,
      });
    }
    case 'Precompiled': {
      const map = parseField(source, precompiledSchema, component, path).precompiled_charsmap;
      return precompiledNormalizer(source, path, Buffer.from(map ?? '', 'base64'));
    }
    default:
      return refuseComponent(source, located);
  }
}
