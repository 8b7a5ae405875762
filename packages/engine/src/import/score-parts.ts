import { CheckpointError } from '../formats/error.ts';
import { tokenTypes } from '../gguf/format.ts';
import type { GgufFile } from '../gguf/read.ts';
import type { Fields } from './fields.ts';
import type { TokenizerParts } from './tokenizer-parts.ts';
import type { Vocabulary } from './vocabulary.ts';

const blank = '▁';

/** BPE with scores, which came from SentencePiece: Llama 2, Mistral, Phi 3, Gemma. Throws as `tokenizerFiles` does. */
export function scoreParts(gguf: GgufFile, fields: Fields, vocabulary: Vocabulary): TokenizerParts {
  const { tokens, types, ids, special } = vocabulary;
  const hasPrefix = fields.flag('tokenizer.ggml.add_space_prefix') ?? true;
  const toBlanks = { type: 'Replace', pattern: { String: ' ' }, content: blank };
  const joined = [
    { type: 'Replace', pattern: { String: blank }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
  ];
  return {
    normalizer: hasPrefix
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: blank }, toBlanks] }
      : toBlanks,
    preTokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: hasPrefix
        ? [...joined, { type: 'Strip', content: ' ', start: 1, stop: 0 }]
        : joined,
    },
    postProcessor: null,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: special.get('unknown')?.text ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: types.includes(tokenTypes.byte),
      ignore_merges: false,
      vocab: Object.fromEntries(ids.map((id) => [tokens[id]!, id])),
      merges: mergesOf(gguf, fields, vocabulary),
    },
    addsBegin: true,
  };
}

type Merge = {
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly score: number;
};

/**
 * SentencePiece joins the pair whose result has the highest score; tokenizer.json needs the pairs in that order. Of one
 * result, and of results with one score, they stand as transformers' converter has them: longer left parts first, then
 * longer right ones, then by the ids of the parts.
 */
function mergesOf(
  gguf: GgufFile,
  fields: Fields,
  { tokens, types, ids }: Vocabulary,
): readonly string[] {
  const key = 'tokenizer.ggml.scores';
  const scores = fields.need(key, fields.numbers(key));
  if (scores.length !== tokens.length)
    throw new CheckpointError(
      gguf.path,
      `${key} has ${scores.length} entries for ${tokens.length} tokens`,
    );
  const joinable = new Map<string, number>();
  for (const id of ids) {
    if (!Number.isFinite(scores[id]!))
      throw new CheckpointError(gguf.path, `${key}.${id} is ${scores[id]}`);
    const type = types[id];
    // In a text that is cut there are no blanks, and control tokens were found before.
    const isPlain = type !== tokenTypes.control && type !== tokenTypes.byte;
    if (isPlain && !tokens[id]!.includes(' ')) joinable.set(tokens[id]!, id);
  }
  const merges: Merge[] = [];
  for (const [token, id] of joinable) {
    const letters = [...token];
    const own: (Merge & { readonly ids: readonly [number, number] })[] = [];
    for (let at = 1; at < letters.length; at++) {
      const [left, right] = [letters.slice(0, at), letters.slice(at)];
      const parts = [joinable.get(left.join('')), joinable.get(right.join(''))] as const;
      if (parts[0] !== undefined && parts[1] !== undefined)
        own.push({ left, right, score: scores[id]!, ids: [parts[0], parts[1]] });
    }
    merges.push(...own.sort((one, two) => one.ids[0] - two.ids[0] || one.ids[1] - two.ids[1]));
  }
  return merges
    .sort(
      (one, two) =>
        two.score - one.score ||
        two.left.length - one.left.length ||
        two.right.length - one.right.length,
    )
    .map(({ left, right }) => `${left.join('')} ${right.join('')}`);
}
