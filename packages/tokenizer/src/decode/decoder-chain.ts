import { z } from 'zod';
import {
  type Component,
  flattenSequence,
  type Located,
  metaspaceSchema,
  parseField,
  refuseComponent,
  replaceSchema,
} from '../component.ts';
import { patternExpression } from '../regex.ts';

/**
 * One decoder at work on one list of tokens: it takes token texts one by one and gives out those that are
 * settled. What it gives out, over the whole list, is what the reference makes of the list at once.
 */
type DecoderStage = {
  push(token: string): string[];
  end(): string[];
};
export type DecoderStep = () => DecoderStage;

const stripSchema = z.looseObject({
  content: z.string().length(1),
  start: z.int().nonnegative(),
  stop: z.int().nonnegative(),
});
const wordPieceSchema = z.looseObject({
  prefix: z.string().default('##'),
  cleanup: z.boolean().default(true),
});

/**
 * Reads the decoder of a tokenizer.json that is not byte-level; without one, tokens are joined by spaces.
 * Throws TokenizerError naming a component that is not supported.
 */
export function readDecoderChain(
  source: string,
  node: Component | null | undefined,
): readonly DecoderStep[] {
  const steps = flattenSequence(source, node, 'decoder', 'decoders');
  if (steps.length === 0) return [() => eachToken((token, i) => (i === 0 ? token : ` ${token}`))];
  let isFused = false;
  return steps.flatMap((located) => {
    const { type } = located.component;
    if (isFused && type !== 'Strip' && type !== 'Fuse')
      refuseComponent(source, located, ' after "Fuse"');
    const step = type === 'Fuse' ? undefined : readStep(source, located, isFused);
    isFused ||= type === 'Fuse';
    return step ?? []; // Fuse joins the tokens, and whoever reads the stages does that anyway
  });
}

function readStep(source: string, located: Located, isFused: boolean): DecoderStep {
  const { component, path } = located;
  switch (component.type) {
    case 'Replace': {
      const { pattern, content } = parseField(source, replaceSchema, component, path);
      const expression = patternExpression(source, pattern);
      return () => eachToken((token) => token.replace(expression, () => content));
    }
    case 'ByteFallback':
      return joinBytes;
    case 'Strip': {
      const options = parseField(source, stripSchema, component, path);
      return isFused
        ? () => stripJoined(options)
        : () => eachToken((token) => stripEach(token, options));
    }
    case 'Metaspace': {
      const options = parseField(source, metaspaceSchema, component, path);
      const older = options.add_prefix_space === false ? 'never' : 'always';
      const hidesFirst = (options.prepend_scheme ?? older) !== 'never';
      return () =>
        eachToken((token, i) =>
          token.replaceAll(options.replacement, hidesFirst && i === 0 ? '' : ' '),
        );
    }
    case 'WordPiece': {
      const { prefix, cleanup } = parseField(source, wordPieceSchema, component, path);
      return () =>
        eachToken((token, i) => {
          const joined = token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
          const text = i === 0 ? token : joined;
          return cleanup ? cleanUp(text) : text;
        });
    }
    default:
      return refuseComponent(source, located);
  }
}

function eachToken(rewrite: (token: string, index: number) => string): DecoderStage {
  let index = 0;
  return { push: (token) => [rewrite(token, index++)], end: () => [] };
}

/** A token that stands for one byte, in models that fall back to bytes. */
export const byteToken = /^<0x([0-9A-Fa-f]{2})>$/;

/** Byte tokens in a row are one text when they are valid UTF-8, else as many U+FFFD as they are. */
function joinBytes(): DecoderStage {
  let bytes: number[] = [];
  const flush = (): string[] => {
    if (bytes.length === 0) return [];
    const run = Buffer.from(bytes);
    bytes = [];
    const text = run.toString('utf8');
    return [Buffer.from(text, 'utf8').equals(run) ? text : '\ufffd'.repeat(run.length)];
  };
  return {
    push: (token) => {
      const byte = byteToken.exec(token)?.[1];
      if (byte === undefined) return [...flush(), token];
      bytes.push(Number.parseInt(byte, 16));
      return [];
    },
    end: flush,
  };
}

type Strip = { content: string; start: number; stop: number };

function stripEach(token: string, { content, start, stop }: Strip): string {
  let from = 0;
  while (from < start && token.charAt(from) === content) from++;
  let to = token.length;
  while (to > from && token.length - to < stop && token.charAt(to - 1) === content) to--;
  return token.slice(from, to);
}

/** The same on the whole text, which comes in parts: what may be its end is held back. */
function stripJoined({ content, start, stop }: Strip): DecoderStage {
  let leading = start;
  let held = '';
  return {
    push: (part) => {
      let from = 0;
      while (leading > 0 && from < part.length) {
        if (part.charAt(from) !== content) leading = 0;
        else {
          from++;
          leading--;
        }
      }
      const text = held + part.slice(from);
      let to = text.length;
      while (to > 0 && text.length - to < stop && text.charAt(to - 1) === content) to--;
      held = text.slice(to);
      return [text.slice(0, to)];
    },
    end: () => [],
  };
}

/** The reference's clean-up of spaces before punctuation and English contractions, in its order. */
const tidied: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function cleanUp(text: string): string {
  return tidied.reduce((tidy, [from, to]) => tidy.replaceAll(from, to), text);
}
