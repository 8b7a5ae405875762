import { UnsupportedModelError } from '../../formats/error.ts';

export type PreTokenizerPart = {
  readonly type: string;
  readonly pretokenizers?: readonly PreTokenizerPart[] | undefined;
  readonly pattern?: unknown;
  readonly use_regex?: boolean | undefined;
  readonly individual_digits?: boolean | undefined;
  readonly prepend_scheme?: string | undefined;
};

const words = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|`;
const rest = String.raw`| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
/** Qwen 2 and Llama 3 differ in how many digits stay together. */
const byPattern: Readonly<Record<string, string>> = {
  [`${words}${String.raw`\p{N}{1,3}`}${rest}`]: 'llama-bpe',
  [`${words}${String.raw`\p{N}`}${rest}`]: 'qwen2',
};

/**
 * llama.cpp's name for how a byte-level tokenizer cuts text into words (`tokenizer.ggml.pre`), known by the
 * parts of tokenizer.json. Throws UnsupportedModelError for one that llama.cpp would cut otherwise.
 */
export function preTokenizerName(file: string, preTokenizer: PreTokenizerPart | null): string {
  const parts =
    preTokenizer?.type === 'Sequence' ? (preTokenizer.pretokenizers ?? []) : [preTokenizer];
  const [first, second, third] = parts;
  const isBytes = (part: PreTokenizerPart | null | undefined, useRegex: boolean): boolean =>
    part?.type === 'ByteLevel' && (part.use_regex ?? true) === useRegex;
  if (third === undefined) {
    if (second === undefined && isBytes(first, true)) return 'gpt-2';
    if (first?.type === 'Digits' && first.individual_digits === true && isBytes(second, true))
      return 'smollm';
    if (first?.type === 'Split' && isBytes(second, false)) {
      const { Regex: pattern } = first.pattern as { Regex?: string };
      const known =
        pattern !== undefined && Object.hasOwn(byPattern, pattern) ? byPattern[pattern] : undefined;
      if (known !== undefined) return known;
    }
  }
  throw new UnsupportedModelError(
    file,
    'pre_tokenizer',
    'cuts words in a way that llama.cpp has no name for (known: gpt-2, llama-bpe, qwen2, smollm)',
  );
}
