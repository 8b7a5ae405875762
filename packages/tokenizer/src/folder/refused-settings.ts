import { join } from 'node:path';
import { TokenizerError } from '../error.ts';
import { fieldsOf, type TokenizerFiles } from './files.ts';
import { isNothing, type TokenizerSettings } from './settings.ts';

/** Fields of tokenizer_config.json that change what is read, in ways that are not computed here. */
const refused: readonly string[] = [
  'split_special_tokens',
  'init_inputs',
  'post_processor',
  'tokenizer_object',
  'tokenizer_padding',
  'tokenizer_truncation',
  '_json_padding',
  '_json_truncation',
];

/** Throws TokenizerError naming the first field that asks for what is not done here. */
export function refuseSettings(files: TokenizerFiles, { fields }: TokenizerSettings): void {
  const source = join(files.folder, 'tokenizer_config.json');
  const refuse = (field: string, why = 'is not supported'): never => {
    throw new TokenizerError(source, `${field} ${JSON.stringify(fields.get(field))} ${why}`);
  };
  for (const field of refused) if (!isNothing(fields.get(field))) refuse(field);
  const always = 'clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output';
  if (!isNothing(fields.get(always)) && !isNothing(fields.get('clean_up_tokenization_spaces')))
    refuse(always);
  const auto = fields.get('auto_map');
  if (Array.isArray(auto) || !isNothing(fieldsOf(auto)?.get('AutoTokenizer')))
    refuse('auto_map', "names code of the folder's own, which is not run");
  const versions = fields.get('fast_tokenizer_files');
  if (
    Array.isArray(versions) &&
    versions.some((file) => /^tokenizer\..*\.json$/.test(String(file)))
  )
    refuse('fast_tokenizer_files', 'names another file than tokenizer.json');
  if (!isNothing(fields.get('fix_mistral_regex')) && isMistralPatched(files))
    refuse('fix_mistral_regex', 'puts another pre_tokenizer in the place of the one in the file');
}

/** Whether the reference would mend the pattern of a folder: Mistral's, large, and saved before version 5. */
function isMistralPatched({ tokenizer, modelConfig }: TokenizerFiles): boolean {
  const vocab = fieldsOf(fieldsOf(tokenizer)?.get('model'))?.get('vocab');
  if (Object.keys(vocab ?? {}).length <= 100_000) return false;
  const type = modelConfig?.get('model_type') ?? undefined;
  const version = String(modelConfig?.get('transformers_version') ?? '0');
  const isMistral = type === undefined || type === 'mistral';
  return isMistral && Number.parseInt(version, 10) < 5;
}
