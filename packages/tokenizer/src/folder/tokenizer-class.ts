import { join } from 'node:path';
import { TokenizerError } from '../error.ts';
import { fieldsOf, type TokenizerFiles } from './files.ts';

/**
 * The classes of transformers 5 that read tokenizers of the families here. `file` takes tokenizer.json as
 * it stands; each other one takes the vocabulary alone and has all other parts of its own.
 */
export type TokenizerClass = 'file' | 'llama' | 'gemma' | 'qwen2' | 'gpt2' | 'bert' | 'roberta';

const classes: ReadonlyMap<string, TokenizerClass> = new Map<string, TokenizerClass>([
  ['PreTrainedTokenizer', 'file'],
  ['PreTrainedTokenizerFast', 'file'],
  ['PythonBackend', 'file'],
  ['TokenizersBackend', 'file'],
  ['LlamaTokenizer', 'llama'],
  ['GemmaTokenizer', 'gemma'],
  ['Qwen2Tokenizer', 'qwen2'],
  ['GPT2Tokenizer', 'gpt2'],
  ['BertTokenizer', 'bert'],
  ['DistilBertTokenizer', 'bert'],
  ['RobertaTokenizer', 'roberta'],
]);

/** The class that the reference has for a model_type; llama has none. */
const classOfModel: ReadonlyMap<string, string> = new Map([
  ['mistral', 'TokenizersBackend'],
  ['phi3', 'TokenizersBackend'],
  ['modernbert', 'TokenizersBackend'],
  ['qwen2', 'Qwen2Tokenizer'],
  ['qwen3', 'Qwen2Tokenizer'],
  ['gemma3_text', 'GemmaTokenizer'],
  ['gemma3', 'GemmaTokenizer'],
  ['gpt2', 'GPT2Tokenizer'],
  ['bert', 'BertTokenizer'],
  ['distilbert', 'BertTokenizer'],
  ['roberta', 'RobertaTokenizer'],
]);

/** Model types whose published folders name a wrong class, so that the reference does not believe them. */
const disbelieved: ReadonlySet<string> = new Set(['phi3', 'modernbert', 'qwen2']);

/**
 * The class that AutoTokenizer chooses for a folder: what tokenizer_config.json names, else config.json,
 * else the one of the model_type. Throws TokenizerError for a class that reads a tokenizer in ways of its own.
 */
export function chooseClass(files: TokenizerFiles): TokenizerClass {
  const named = nameAt(files, 'tokenizer_config.json');
  const name = named ?? nameAt(files, 'config.json');
  const modelType = files.modelConfig?.get('model_type');
  const usual = typeof modelType === 'string' ? classOfModel.get(modelType) : undefined;
  const distrusted = typeof modelType === 'string' && disbelieved.has(modelType);
  if (name === undefined) return known(files, usual ?? 'TokenizersBackend');
  const plain = name.replace(/Fast$/, '');
  const isLlama = plain === 'LlamaTokenizer';
  if (isLlama && modelType !== 'mistral' && !distrusted && isByteLevel(files)) return 'file';
  if (usual === undefined || usual === plain) return known(files, plain);
  if (usual === 'TokenizersBackend') return 'file';
  return known(files, distrusted ? usual : plain);
}

function known(files: TokenizerFiles, name: string): TokenizerClass {
  const found = classes.get(name);
  if (found !== undefined) return found;
  const file = nameAt(files, 'tokenizer_config.json') === undefined ? 'config' : 'tokenizer_config';
  throw new TokenizerError(
    join(files.folder, `${file}.json`),
    `tokenizer_class "${name}" is not supported; ${[...classes.keys()].join(', ')} are`,
  );
}

function nameAt(
  files: TokenizerFiles,
  file: 'tokenizer_config.json' | 'config.json',
): string | undefined {
  const fields = file === 'config.json' ? files.modelConfig : files.tokenizerConfig;
  const name = fields?.get('tokenizer_class') ?? undefined;
  if (name === undefined || name === '') return undefined;
  if (typeof name === 'string') return name;
  throw new TokenizerError(join(files.folder, file), 'tokenizer_class: expected a string');
}

/** Whether "ByteLevel" stands anywhere in tokenizer.json, which is how the reference decides it. */
function isByteLevel({ tokenizer }: TokenizerFiles): boolean {
  const mentions = (value: unknown): boolean => {
    if (value === 'ByteLevel') return true;
    if (typeof value !== 'object' || value === null) return false;
    return Array.isArray(value) ? value.some(mentions) : Object.values(value).some(mentions);
  };
  const fields = fieldsOf(tokenizer) ?? new Map<string, unknown>();
  const vocab = fieldsOf(fields.get('model'))?.get('vocab');
  if (Object.hasOwn(Object(vocab), 'ByteLevel')) return true;
  return ['pre_tokenizer', 'decoder', 'post_processor', 'normalizer'].some((part) =>
    mentions(fields.get(part)),
  );
}
