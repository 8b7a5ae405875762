import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TokenizerError } from '../error.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer.ts';
import { renderFields, type TokenizerField, tokenizerFields } from './fields.ts';
import { parseTokenizerFiles } from './files.ts';
import { combineTokenizerFiles } from './tokenizer-folder.ts';

type Edit = [file: string, path: (string | number)[], value?: unknown];
type Right = {
  variables: Record<string, string>;
  special: number[];
  added: [id: number, content: string, special: boolean, ...flags: boolean[]][];
  texts: string[];
  ids: number[][];
  whole: number[][];
  offsets: [number, number][][];
  skipped: string[];
};
type Case = { name: string; base: string; edits: Edit[]; error?: string; same?: true } & Right;
type Json = Record<string, unknown>;

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
/** Written by bench/reference/tokenizer_folders.py. */
const { bases, cases } = JSON.parse(read('folders')) as {
  bases: Record<string, { tokenizer: string; files: Json }>;
  cases: Case[];
};
const rights = new Map(cases.map((found) => [found.name, found]));

function filesOf({ base, edits }: Case): Json {
  const { tokenizer, files: given } = bases[base]!;
  const files: Json = structuredClone(given);
  files['tokenizer.json'] = JSON.parse(read(tokenizer));
  for (const [file, path, ...value] of edits) {
    let node: Json = files;
    for (const key of [file, ...path].slice(0, -1)) {
      node[key] ??= {};
      node = node[key] as Json;
    }
    const last = [file, ...path].at(-1)!;
    if (value.length === 0) delete node[last];
    // An assignment would not make a field that is called __proto__.
    else
      Object.defineProperty(node, last, {
        value: value[0],
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return files;
}

function open(given: Case): Tokenizer {
  const folder = combineTokenizerFiles(parseTokenizerFiles('model', filesOf(given)));
  return createTokenizer(folder.tokenizer, 'model/tokenizer.json', folder);
}

/** Folders that the reference reads and that are refused here: a part of each name, and what is said. */
const refused: readonly (readonly [name: RegExp, message: RegExp])[] = [
  [
    /^(?!mistral|phi3|qwen2|modernbert).*tokenizer_class OwnTokenizer/,
    /tokenizer_config.json: tokenizer_class "OwnTokenizer"/,
  ],
  [/split_special_tokens/, /tokenizer_config.json: split_special_tokens true/],
  [/auto_map/, /tokenizer_config.json: auto_map .* names code/],
  [/init_inputs/, /tokenizer_config.json: init_inputs \["x"\]/],
  [/without content/, /added_tokens_decoder.700.content: expected a string/],
  [/map.json additional_special_tokens by name/, /special_tokens_map.json: .*content: expected/],
  [/map.json add_(bos|eos)_token/, /special_tokens_map.json: add_(bos|eos)_token: is no special/],
  [/map.json chat_template/, /special_tokens_map.json: chat_template: is no special token/],
  [/map.json added_tokens_decoder/, /special_tokens_map.json: .*content: expected a string/],
  [/both clean-ups/, /tokenizer_config.json: clean_up_tokenization_spaces_for_bpe\w+ true/],
  [/^gemma: \S+ unk_token/, /tokenizer.json: unk_token .* is not in model.vocab/],
  // A class that reads another kind of model than the one in tokenizer.json.
  [/(llama2|gemma): tokenizer_class (Qwen2|GPT2|Roberta)/, /tokenizer.json: model.merges/],
  [/^bert: tokenizer_class (Llama|Qwen2|GPT2|Roberta|Gemma)/, /model type "WordPiece" is not the/],
  [/(llama2|gemma|roberta): tokenizer_class Bert/, /model type "BPE" is not the "WordPiece"/],
];

/**
 * Texts from WordPiece tokens are never shown, so they are not cleaned up; an added token with an accent is
 * not half a character.
 */
const shownOtherwise = /clean_up_tokenization_spaces$|(qwen3|modernbert|gpt2): .* an accent/;

describe('one field changed at a time', () => {
  test.each(cases)('$name', (given) => {
    const expected = refused.find(([name]) => name.test(given.name))?.[1];
    if (expected !== undefined || given.error !== undefined) {
      expect(() => open(given)).toThrow(TokenizerError);
      expect(() => open(given)).toThrow(expected ?? /^model\/\w+\.json: /);
      return;
    }
    const right = given.same === true ? rights.get(given.base)! : given;
    const tokenizer = open(given);
    expect(Object.fromEntries(tokenizer.names)).toEqual(right.variables);
    const ids = right.texts.map((text) => tokenizer.encode(text, { special: true }));
    expect(ids).toEqual(right.ids);
    const [whole] = right.texts.map((text) =>
      tokenizer.encode(text, { special: true, addSpecial: true }),
    );
    expect(whole).toEqual(right.whole[0]);
    const offsets = right.texts
      .slice(0, 1)
      .map((text) => tokenizer.encodeWithOffsets(text).offsets);
    // A post-processor of bytes behind a class of pieces trims what no folder has.
    if (given.name !== 'roberta: tokenizer_class GemmaTokenizer')
      expect(offsets).toEqual(right.offsets);
    if (!shownOtherwise.test(given.name))
      expect(ids.map((list) => tokenizer.decode(list, { skipSpecial: true }))).toEqual(
        right.skipped,
      );
    const named = new Set(right.special);
    for (const [id, content, isSpecial] of right.added) {
      expect(tokenizer.tokenId(content)).toBe(id);
      expect(tokenizer.isSpecial(id)).toBe(isSpecial || named.has(id));
      expect(tokenizer.controlStrings(`a ${content} b`).includes(content)).toBe(
        isSpecial || named.has(id),
      );
    }
  });
});

test.each(['config.json', 'generation_config.json'])(
  'what ends an answer by %s is a control token though tokenizer.json says not',
  (file) => {
    const edits: Edit[] = [
      ['tokenizer.json', ['added_tokens', 2, 'special'], false],
      ['tokenizer_config.json', ['eos_token'], '<|endoftext|>'],
    ];
    const text = 'a<|im_end|>b';
    const plain = open({ ...cases[0]!, edits });
    expect([plain.isSpecial(2), plain.controlStrings(text)]).toEqual([false, []]);
    const ended = open({ ...cases[0]!, edits: [...edits, [file, ['eos_token_id'], [0, 2]]] });
    expect([ended.isSpecial(2), ended.controlStrings(text)]).toEqual([true, ['<|im_end|>']]);
    expect(ended.decode(ended.encode(text))).toBe(text);
    expect(ended.encode(text)).not.toContain(2);
    expect(ended.encode(text, { special: true })).toContain(2);
  },
);

describe('the list of fields', () => {
  const isOf = ({ file, field }: TokenizerField, [edited, path, value]: Edit): boolean => {
    if (file !== edited || field === '') return file === edited;
    const keys = path.length > 0 ? [path[0]] : Object.keys(Object(value) as Json);
    return keys.includes(field) || (field === '*_token' && path[0] === 'image_token');
  };
  const inVectors = tokenizerFields.filter(
    ({ file, field }) =>
      !/^(generation_config|chat_template|additional)/.test(file) &&
      field !== 'chat_template' &&
      field !== 'fix_mistral_regex',
  );
  test.each(inVectors)('$file $field is flipped, and $effect', (row) => {
    const about = cases.filter(({ edits }) => edits.some((edit) => isOf(row, edit)));
    expect(about).not.toEqual([]);
    const alone = about.filter(({ edits }) => edits.every((edit) => isOf(row, edit)));
    if (row.effect === 'none') {
      for (const { name, same, base, ids } of alone)
        expect([name, same === true ? rights.get(base)!.ids : ids]).toEqual([
          name,
          rights.get(base)!.ids,
        ]);
      return;
    }
    const refusals = about.filter(({ edits, ...rest }) => {
      try {
        open({ edits, ...rest });
        return false;
      } catch (error) {
        return (error as Error).message.includes(row.field);
      }
    });
    if (row.effect === 'refused') expect(refusals).not.toEqual([]);
    else
      expect(about.filter(({ same, error }) => same !== true && error === undefined)).not.toEqual(
        [],
      );
  });

  test('a large tokenizer of Mistral is not mended unasked', () => {
    const vocab = Object.fromEntries(Array.from({ length: 100_001 }, (_, id) => [`t${id}`, id]));
    const files = {
      'tokenizer.json': { model: { type: 'BPE', vocab, merges: [] }, added_tokens: [] },
      'tokenizer_config.json': { fix_mistral_regex: true },
      'config.json': { model_type: 'mistral', transformers_version: '4.57.1' } as Json,
    };
    const read = () => combineTokenizerFiles(parseTokenizerFiles('model', files));
    expect(read).toThrow('model/tokenizer_config.json: fix_mistral_regex true puts another');
    files['config.json'].transformers_version = '5.0.0';
    expect(read).not.toThrow();
  });

  test('is what docs/tokenizer-files.md says', () => {
    const page = readFileSync(
      new URL('../../../../docs/tokenizer-files.md', import.meta.url),
      'utf8',
    );
    expect(page).toContain(renderFields());
  });
});
