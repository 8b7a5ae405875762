import { TokenizerError } from '../error.ts';
import { type Fields, fieldsOf } from '../folder/files.ts';
import { readTokenizerFolder } from '../folder/load.ts';
import type { TokenizerFolder } from '../folder/tokenizer-folder.ts';
import { wordPieceWords } from './train-word-piece.ts';

/** How a vocabulary is learnt. */
export type TokenizerKind = 'byte_level_bpe' | 'wordpiece' | 'unigram';

/** A token that is found as it stands, before any other. */
type PlannedToken = { readonly content: string; readonly special: boolean } & Readonly<
  Record<'single_word' | 'lstrip' | 'rstrip' | 'normalized', boolean>
>;

/** All of a tokenizer.json but its vocabulary: plain JSON. */
export type TokenizerPlan = {
  readonly kind: TokenizerKind;
  /** They take the first ids, in this order. */
  readonly added: readonly PlannedToken[];
  /** Which of them stands for what the vocabulary has no token for. */
  readonly unknown: string | null;
  readonly parts: Readonly<
    Record<'normalizer' | 'pre_tokenizer' | 'post_processor' | 'decoder', unknown>
  >;
};

export type WantedTokenizer = {
  readonly kind: TokenizerKind;
  /** Further control tokens, after those of the base. */
  readonly specialTokens?: readonly string[] | undefined;
};

/**
 * What a new tokenizer has of that of a base model's folder, as `train_new_from_iterator` of transformers has it: its added
 * tokens in their order, and what it puts around texts; of the same kind also how it normalizes and cuts texts.
 * Of another kind those are the usual ones: of GPT-2, of BERT's uncased models, of SentencePiece.
 * @example const plan = await planTokenizer('models/lathe-tiny', { kind: 'unigram' });
 */
export async function planTokenizer(
  folder: string,
  wanted: WantedTokenizer,
): Promise<TokenizerPlan> {
  const base = await readTokenizerFolder(folder);
  const file = fieldsOf(base.tokenizer) ?? new Map<string, unknown>();
  const { kind, specialTokens = [] } = wanted;
  const isSame = kindOf(file) === kind;
  const unknown = unknownOf(kind, base, isSame ? file : undefined);
  const added = new Map<string, PlannedToken>();
  for (const token of plannedTokens(file)) added.set(token.content, token);
  for (const content of [...(unknown === null ? [] : [unknown]), ...specialTokens])
    if (!added.has(content)) added.set(content, plainToken(content));
  const usual = usualParts[kind];
  const part = (name: 'normalizer' | 'pre_tokenizer' | 'decoder'): unknown =>
    (isSame ? file.get(name) : usual[name]) ?? null;
  return {
    kind,
    added: [...added.values()],
    unknown,
    parts: {
      normalizer: part('normalizer'),
      pre_tokenizer: part('pre_tokenizer'),
      post_processor: around(file.get('post_processor'), isSame),
      decoder: part('decoder'),
    },
  };
}

/** The kind of a tokenizer.json; undefined for one of no kind that is learnt here. */
function kindOf(file: Fields): TokenizerKind | undefined {
  const type = fieldsOf(file.get('model'))?.get('type');
  if (type === 'WordPiece') return 'wordpiece';
  if (type === 'Unigram') return 'unigram';
  const isByteLevel = JSON.stringify(file.get('decoder') ?? null).includes('"ByteLevel"');
  return type === 'BPE' && isByteLevel ? 'byte_level_bpe' : undefined;
}

/** Text reads as the byte alphabet needs no token for what is unknown. */
function unknownOf(
  kind: TokenizerKind,
  { names }: TokenizerFolder,
  same: Fields | undefined,
): string | null {
  if (kind === 'byte_level_bpe') return null;
  const own = fieldsOf(same?.get('model'))?.get('unk_token');
  if (typeof own === 'string') return own;
  const named = names.get('unk_token');
  // Where the same token ends a text, it cannot say that something is unknown.
  const isShared = [...names].some(([name, text]) => name !== 'unk_token' && text === named);
  if (named !== undefined && !isShared) return named;
  return kind === 'wordpiece' ? '[UNK]' : '<unk>';
}

function plannedTokens(file: Fields): PlannedToken[] {
  const list = file.get('added_tokens');
  return (Array.isArray(list) ? list : []).map((token: unknown) => {
    const fields = fieldsOf(token);
    const flag = (name: string): boolean => fields?.get(name) === true;
    return {
      content: String(fields?.get('content')),
      special: flag('special'),
      single_word: flag('single_word'),
      lstrip: flag('lstrip'),
      rstrip: flag('rstrip'),
      normalized: flag('normalized'),
    };
  });
}

function plainToken(content: string): PlannedToken {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return { content, special: true, ...flags };
}

/** What stands around texts; how ByteLevel trims offsets goes only with its own vocabulary. */
function around(processor: unknown, isSame: boolean): unknown {
  const fields = fieldsOf(processor);
  if (fields === undefined) return null;
  if (fields.get('type') === 'ByteLevel') return isSame ? processor : null;
  if (fields.get('type') !== 'Sequence') return processor;
  const inner = fields.get('processors');
  const processors = (Array.isArray(inner) ? inner : [])
    .map((each: unknown) => around(each, isSame))
    .filter((each) => each !== null);
  return processors.length === 0 ? null : { type: 'Sequence', processors };
}

/** The same processor where its tokens have other ids. Throws TokenizerError for a token that is not among them. */
export function renumbered(
  processor: unknown,
  idOf: (token: string) => number | undefined,
): unknown {
  const fields = fieldsOf(processor);
  if (fields === undefined) return null;
  const id = (token: unknown): number => {
    const found = idOf(String(token));
    if (found !== undefined) return found;
    throw new TokenizerError(
      'tokenizer.json',
      `post_processor: ${String(token)} is no added token`,
    );
  };
  const all = Object.fromEntries(fields);
  switch (fields.get('type')) {
    case 'Sequence': {
      const inner = fields.get('processors') as unknown[];
      return { ...all, processors: inner.map((each) => renumbered(each, idOf)) };
    }
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const pair = (field: string): [unknown, number] => {
        const [token] = fields.get(field) as [unknown];
        return [token, id(token)];
      };
      return { ...all, sep: pair('sep'), cls: pair('cls') };
    }
    case 'TemplateProcessing': {
      const named = [...(fieldsOf(fields.get('special_tokens')) ?? [])].map(([name, token]) => {
        const own = fieldsOf(token);
        const tokens = own?.get('tokens') as unknown[];
        return [name, { id: name, ids: tokens.map(id), tokens }];
      });
      return { ...all, special_tokens: Object.fromEntries(named) };
    }
    default:
      return processor;
  }
}

const byteLevel = { type: 'ByteLevel', trim_offsets: true, use_regex: true };
const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true };

/** How texts are normalized, cut and put together again where the base says nothing of the kind. */
const usualParts: Readonly<
  Record<TokenizerKind, Readonly<Record<'normalizer' | 'pre_tokenizer' | 'decoder', unknown>>>
> = {
  byte_level_bpe: {
    normalizer: null,
    pre_tokenizer: { ...byteLevel, add_prefix_space: false },
    decoder: { ...byteLevel, add_prefix_space: true },
  },
  wordpiece: {
    ...wordPieceWords,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  },
  unigram: { normalizer: null, pre_tokenizer: metaspace, decoder: metaspace },
};
