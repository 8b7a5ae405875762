/** Every family of tokenizer.json against what Python's `tokenizers` recorded (bench/reference). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createTokenizer } from './tokenizer.ts';

type Window = {
  ids: number[];
  typeIds: number[];
  special: number[];
  sequences: number[];
  offsets: number[];
};
type Ids = {
  texts: [ids: number[], decoded: string | null][];
  special: number[][];
  decoded: [ids: number[], all: string, withoutSpecial: string][];
};
type Offsets = {
  texts: number[][];
  pairs: { maxTokens: number; stride: number; windows: Window[] }[];
};

/** What is asked of a tokenizer.json itself. */
type File = {
  model: {
    type: 'BPE' | 'WordPiece' | 'Unigram';
    vocab: [string, number][];
    unk_token?: string | null;
    unk_id?: number | null;
    byte_fallback?: boolean;
  };
};

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

const { texts, pairs } = read<{ texts: string[]; pairs: [string, string][] }>('texts');

describe.each([
  'gpt2',
  'roberta',
  'roberta-prefix-space',
  'llama3',
  'qwen',
  'smollm2',
  'modernbert',
  'llama2',
  'mistral',
  'phi3',
  'gemma',
  'bert-uncased',
  'bert-cased',
  't5',
  'xlm-roberta',
  'unigram-bytes',
])('%s', (family) => {
  const tokenizer = createTokenizer(read(family), `${family}.json`);
  const ids = read<Ids>(`${family}.ids`);
  const offsets = read<Offsets>(`${family}.offsets`);

  test('ids and decoded text', () => {
    texts.forEach((text, i) => {
      const [tokens, decoded] = ids.texts[i]!;
      expect(tokenizer.encode(text, { special: true }), JSON.stringify(text)).toEqual(tokens);
      expect(tokenizer.decode(tokens), JSON.stringify(text)).toBe(decoded ?? text);
    });
    ids.special.forEach((tokens, i) => {
      expect(tokenizer.encode(texts[i]!, { special: true, addSpecial: true })).toEqual(tokens);
    });
  });

  test('tells what stands for characters that no entry has', () => {
    const { model } = read<File>(family);
    const unknown = model.unk_token ?? model.vocab[model.unk_id ?? -1]?.[0];
    const met = new Set<unknown>();
    for (const token of new Set(ids.texts.flatMap(([tokens]) => tokens))) {
      const entry = tokenizer.entry(token);
      const isByte =
        tokenizer.family === 'byte_level_bpe'
          ? !tokenizer.isAdded(token) && tokenizer.decode([token]).includes('\ufffd')
          : model.byte_fallback === true && /^<0x[0-9A-F]{2}>$/.test(entry ?? '');
      const wanted = isByte ? 'bytes' : entry === unknown ? 'unknown' : undefined;
      expect(tokenizer.fallbackOf(token), entry).toBe(wanted);
      met.add(wanted);
    }
    // The texts are hostile: every family has characters that its vocabulary lacks.
    expect(met.size).toBeGreaterThan(1);
    expect(tokenizer.family).toBe(
      model.type === 'BPE'
        ? `${model.byte_fallback === true ? 'sentencepiece' : 'byte_level'}_bpe`
        : model.type.toLowerCase(),
    );
  });

  test('offsets into the source', () => {
    texts.forEach((text, i) => {
      const found = tokenizer.encodeWithOffsets(text, { special: true });
      expect(found.tokens).toEqual(ids.texts[i]![0]);
      const wanted = toRanges(positions(offsets.texts[i]!));
      expect(found.offsets, JSON.stringify(text)).toEqual(wanted);
    });
  });

  test('windows over pairs', () => {
    pairs.forEach(([question, context], i) => {
      const { maxTokens, stride, windows } = offsets.pairs[i]!;
      const found = tokenizer.encodeWindows([question, context], { maxTokens, stride });
      expect(
        found.map((window) => ({
          ids: window.tokens,
          typeIds: [...window.typeIds],
          special: [...window.special],
          sequences: [...window.sequences],
          offsets: window.offsets.flat(),
        })),
        question,
      ).toEqual(windows);
    });
  });

  test('any ids decode to the same text, token by token too', () => {
    for (const [tokens, all, withoutSpecial] of ids.decoded) {
      expect(tokenizer.decode(tokens)).toBe(all);
      expect(tokenizer.decode(tokens, { skipSpecial: true })).toBe(withoutSpecial);
      const stream = tokenizer.stream({ skipSpecial: true });
      const parts = tokens.map((token) => stream.push(token));
      expect(parts.join('') + stream.end()).toBe(withoutSpecial);
    }
  });
});

function toRanges(flat: readonly number[]): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}

/** Positions are kept as steps from one to the next. */
function positions(steps: readonly number[]): number[] {
  let at = 0;
  return steps.map((step) => {
    at += step;
    return at;
  });
}
