import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainByteLevelBpe } from './learn/train-bpe.ts';
import { createMergeTable, mergeByHeap, mergeByScan } from './model/bpe.ts';
import { createTokenizer } from './tokenizer.ts';

const english =
  "The store opens at nine. We'll send the order to your address, and you'll get a receipt by mail. " +
  'Please ask if the parcel is late: the courier scans it every day. Thank you for your patience! ';
const file = trainByteLevelBpe([english, english, 'naïve café 東京 😀 12 345\r\n\r\n  x'], {
  vocabularySize: 320,
  specialTokens: ['<|end|>', '<|user|>'],
});
const tokenizer = createTokenizer(file);
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('encode and decode', () => {
  test('text comes back, whatever is in it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
    expect(tokenizer.decode(tokenizer.encode('\ufeffBOM'))).toBe('\ufeffBOM');
  });

  test('a stream of tokens gives the same text and never half a character', () => {
    const tokens = fc.array(fc.nat({ max: tokenizer.vocabularySize - 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(tokens, fc.boolean(), (ids, skipSpecial) => {
        const stream = tokenizer.stream({ skipSpecial });
        const parts = ids.map((id) => stream.push(id));
        expect(parts.join('') + stream.end()).toBe(tokenizer.decode(ids, { skipSpecial }));
      }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const stream = tokenizer.stream();
        const parts = tokenizer.encode(text).map((id) => stream.push(id));
        expect(stream.end()).toBe('');
        expect(parts.join('')).toBe(text);
        for (const part of parts) expect(part.isWellFormed()).toBe(true);
      }),
    );
    const stream = tokenizer.stream();
    const bytes = tokenizer.encode('🦄');
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.map((id) => stream.push(id))).toEqual([...bytes.slice(1).map(() => ''), '🦄']);
  });

  test('offsets cover the text in order, on character borders', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { tokens, offsets } = tokenizer.encodeWithOffsets(text);
        expect(tokens).toEqual(tokenizer.encode(text));
        let end = 0;
        for (const [from, to] of offsets) {
          expect(from).toBeLessThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          expect(text.slice(from, to).isWellFormed()).toBe(true);
          end = Math.max(end, to);
        }
        expect(end).toBe(text.length);
      }),
    );
  });

  test('lone surrogates are encoded as the replacement character', () => {
    expect(tokenizer.decode(tokenizer.encode('a\ud800b'))).toBe('a\ufffdb');
    expect(tokenizer.encodeWithOffsets('a\ud800b').offsets.at(-1)).toEqual([2, 3]);
  });

  test('special tokens in text control only when asked to', () => {
    const text = 'hi<|end|>there';
    expect(tokenizer.encode(text)).not.toContain(0);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    const { tokens, offsets } = tokenizer.encodeWithOffsets(text, { special: true });
    const at = tokens.indexOf(0);
    expect(offsets[at]).toEqual([2, 9]);
    expect(tokenizer.decode(tokens)).toBe(text);
    expect(tokenizer.decode(tokens, { skipSpecial: true })).toBe('hithere');
    expect(tokenizer.controlStrings('<|user|>a<|end|><|user|>')).toEqual(['<|user|>', '<|end|>']);
    expect(tokenizer.isSpecial(0)).toBe(true);
    expect(tokenizer.isSpecial(2)).toBe(false);
    expect(tokenizer.tokenId('<|user|>')).toBe(1);
    expect(tokenizer.tokenId('Ġthe')).toBe(tokenizer.encode(' the')[0]);
    expect(tokenizer.tokenId('nothing like it')).toBeUndefined();
  });

  test('added tokens that are not special always count, the longest first', () => {
    const added = (id: number, content: string) => ({
      ...file.added_tokens[0]!,
      id,
      content,
      special: false,
    });
    const json = {
      ...file,
      added_tokens: [...file.added_tokens, added(320, '<think>'), added(321, '<think>>')],
    };
    const more = createTokenizer(json);
    expect(more.encode('<think>>a<think>')).toEqual([321, ...more.encode('a'), 320]);
    expect(more.vocabularySize).toBe(322);
  });

  test('ids outside the vocabulary are refused', () => {
    expect(() => tokenizer.decode([5, 9999])).toThrow('token 9999 is not in the vocabulary');
  });

  test('a word without spaces takes about linear time', () => {
    const word = 'orderthe'.repeat(50_000);
    expect(tokenizer.decode(tokenizer.encode(word))).toBe(word);
    expect(tokenizer.decode(tokenizer.encode(' '.repeat(400_000))).length).toBe(400_000);
  });
});

test('the heap merges as the scan does', () => {
  const token = fc.nat({ max: 5 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(token, token), { selector: ([a, b]) => a * 10 + b, maxLength: 20 }),
      fc.array(token, { maxLength: 60 }),
      (pairs, tokens) => {
        const table = createMergeTable(pairs.map(([a, b], i) => [a, b, (a + b + i) % 6]));
        expect(mergeByHeap([...tokens], table)).toEqual(mergeByScan([...tokens], table));
      },
    ),
    { numRuns: 500 },
  );
});

describe('normalisation', () => {
  const composed = createTokenizer({ ...file, normalizer: { type: 'NFC' } });

  test('ids are those of the composed text, and offsets point into the source', () => {
    const source = 'cafe\u0301 \u1112\u1161\u11ab x\u212b';
    const { tokens, offsets } = composed.encodeWithOffsets(source);
    expect(tokens).toEqual(tokenizer.encode(source.normalize('NFC')));
    expect(composed.decode(tokens)).toBe('café 한 xÅ');
    // As in the reference, a composed character stands for the first of its parts.
    const at = offsets.findIndex(([, end]) => end >= 4);
    expect(offsets[at]![1]).toBe(4);
    expect(offsets.at(-1)![1]).toBe(source.length);
  });

  test('offsets go forward in any source', () => {
    const unit = fc.constantFrom(
      'a',
      'e',
      '\u0301',
      '\u0323',
      '\u1112',
      '\u1161',
      '\u11ab',
      '각',
      '😀',
      '\u212b',
      ' ',
      '\u09c7',
      '\u09be',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (source) => {
        const { tokens, offsets } = composed.encodeWithOffsets(source);
        expect(tokens).toEqual(tokenizer.encode(source.normalize('NFC')));
        let before = 0;
        for (const [from, to] of offsets) {
          expect(from).toBeGreaterThanOrEqual(before);
          expect(to).toBeLessThanOrEqual(source.length);
          before = from;
        }
      }),
    );
  });
});

describe('options of tokenizer.json', () => {
  test('ignore_merges takes a whole word from the vocabulary', () => {
    const vocab = { ...file.model.vocab, Ġzebra: 320 };
    const plain = createTokenizer({ ...file, model: { ...file.model, vocab } });
    const whole = createTokenizer({
      ...file,
      model: { ...file.model, vocab, ignore_merges: true },
    });
    expect(plain.encode(' zebra').length).toBeGreaterThan(1);
    expect(whole.encode(' zebra')).toEqual([320]);
  });

  test('merges may be strings or pairs', () => {
    const merges = file.model.merges.map((merge) => merge.split(' '));
    expect(createTokenizer({ ...file, model: { ...file.model, merges } }).encode(english)).toEqual(
      tokenizer.encode(english),
    );
  });

  test('a template puts its tokens around a text only when asked to', () => {
    const post = {
      type: 'Sequence',
      processors: [
        { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
        {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '<|user|>', type_id: 0 } },
            { Sequence: { id: 'A', type_id: 0 } },
            { SpecialToken: { id: '<|end|>', type_id: 0 } },
          ],
          pair: [],
          special_tokens: {
            '<|user|>': { id: '<|user|>', ids: [1], tokens: ['<|user|>'] },
            '<|end|>': { id: '<|end|>', ids: [0], tokens: ['<|end|>'] },
          },
        },
      ],
    };
    const wrapped = createTokenizer({ ...file, post_processor: post });
    expect(wrapped.encode('a')).toEqual(tokenizer.encode('a'));
    expect(wrapped.encodeWithOffsets('a', { addSpecial: true })).toEqual({
      tokens: [1, ...tokenizer.encode('a'), 0],
      offsets: [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
    });
  });

  const model = file.model;
  const split = (pattern: string, extra = {}) => ({
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false, ...extra },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  });
  test.each<[object, RegExp]>([
    [{ model: { ...model, type: 'WordLevel' } }, /test.json: model type "WordLevel" is not supp/],
    [{ model: { ...model, type: 'WordPiece' } }, /"ByteLevel" with a WordPiece model/],
    [{ model: { ...model, byte_fallback: true } }, /model.byte_fallback after pre_tokenizer/],
    [{ model: { ...model, dropout: 0.1 } }, /model.dropout/],
    [{ model: { ...model, end_of_word_suffix: '</w>' } }, /model.end_of_word_suffix/],
    [{ model: { ...model, merges: ['a'] } }, /model.merges: "a" is not two tokens/],
    [{ model: { ...model, merges: ['q zz'] } }, /model.merges: "q zz" needs "zz"/],
    [{ model: { ...model, vocab: { ...model.vocab, dup: 300 } } }, /token id 300 twice/],
    [{ model: { ...model, vocab: { ...model.vocab, far: 2 ** 25 } } }, /token id 33554432 is more/],
    [{ normalizer: { type: 'Nmt' } }, /normalizer "Nmt" is not supported/],
    [
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Odd' }] } },
      /normalizer.normalizers.1 "Odd" is not supported/,
    ],
    [{ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }, /charsmap is not a/],
    [
      { pre_tokenizer: { type: 'Metaspace' } },
      /decoder "ByteLevel" after pre_tokenizer "Metaspace"/,
    ],
    [{ pre_tokenizer: { type: 'UnicodeScripts' } }, /pre_tokenizer "UnicodeScripts" is not/],
    [
      {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [{ type: 'ByteLevel' }, { type: 'Whitespace' }],
        },
      },
      /pretokenizers.0 "ByteLevel" before another pre-tokenizer/,
    ],
    [{ pre_tokenizer: split('a', { behavior: 'Odd' }) }, /pretokenizers.0.behavior: Invalid/],
    [{ pre_tokenizer: split('a++') }, /possessive quantifier/],
    [{ pre_tokenizer: split('[a-z&&[^x]]') }, /class intersection/],
    [{ pre_tokenizer: split('\\Ga') }, /the escape \\G/],
    [{ pre_tokenizer: split('(?<name>a)') }, /the group \(\?<n/],
    [{ pre_tokenizer: split('\\p{Klingon}') }, /the property Klingon/],
    [{ decoder: { type: 'WordPiece' } }, /decoder "WordPiece"/],
    [{ post_processor: { type: 'BertProcessing' } }, /post_processor.sep: Invalid/],
    [{ post_processor: { type: 'Odd' } }, /post_processor "Odd" is not supported/],
  ])('refuses by name what it cannot honour: %#', (change, message) => {
    expect(() => createTokenizer({ ...file, ...change }, 'test.json')).toThrow(message);
  });
});
