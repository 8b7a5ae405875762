import { LatheError } from '@lathe/contracts/error';
import type { Filled } from '@lathe/contracts/message/prediction';
import { engineText, type Handler, type Reader, softmax, wholeWindow } from './input.ts';

type Sheet = { readonly tokens: readonly number[]; readonly places: readonly number[] };

/**
 * Words for masked tokens, the likeliest first, as transformers' FillMaskPipeline: among the whole vocabulary or the
 * `targets`, of which an unknown one is its first token. Several masks are answered one by one, each beside the others.
 */
export const fillMask: Handler<'fill-mask', Sheet> = {
  encode(reader, text, { param }) {
    const { tokenizer } = reader.kit;
    const written = tokenizer.names.get('mask_token');
    const mask = written === undefined ? undefined : tokenizer.tokenId(written);
    if (mask === undefined)
      throw new LatheError(
        'unsupported_model',
        `The model '${reader.model.name}' names no token that masks words.`,
        { param: 'model' },
      );
    const window = wholeWindow(reader, [text], { param, special: true });
    const places = window.tokens.flatMap((token, at) => (token === mask ? [at] : []));
    if (places.length === 0)
      throw new LatheError(
        'invalid_value',
        `Invalid value for '${param}': it has no '${written}', which stands for the word to be found.`,
        { param },
      );
    return {
      texts: [engineText(reader.kit, window)],
      places: [Int32Array.from(places)],
      sheet: { tokens: window.tokens, places },
    };
  },
  read(reader, sheet, { options: { topK, targets }, results: [scores = new Float32Array()] }) {
    const width = scores.length / sheet.places.length;
    const chosen = targets === null ? undefined : targetTokens(reader, targets);
    const filled = sheet.places.map((place, at) => {
      const chances = softmax(scores.subarray(at * width, (at + 1) * width));
      const tokens = chosen ?? Array.from(chances.keys());
      return tokens
        .toSorted((a, b) => (chances[b] as number) - (chances[a] as number))
        .slice(0, topK)
        .map((token) => proposal(reader, sheet, { place, token, score: chances[token] as number }));
    });
    return filled.length === 1 ? (filled[0] as Filled[]) : filled;
  },
};

function targetTokens({ kit, model }: Reader, targets: readonly string[]): number[] {
  const { tokenizer } = kit;
  const found = targets.flatMap(
    (target) => tokenizer.tokenId(target) ?? tokenizer.encode(target).slice(0, 1),
  );
  if (found.length > 0) return [...new Set(found)];
  throw new LatheError(
    'invalid_value',
    `Invalid value for 'parameters.targets': none of them is a word of '${model.name}'.`,
    { param: 'parameters.targets' },
  );
}

function proposal(
  { kit: { tokenizer } }: Reader,
  { tokens, places }: Sheet,
  {
    place,
    token,
    score,
  }: { readonly place: number; readonly token: number; readonly score: number },
): Filled {
  const filled = tokens.map((other, at) => (at === place ? token : other));
  // Other masks stay to be seen.
  const sequence = tokenizer.decode(filled, { skipSpecial: places.length === 1 });
  const text = tokenizer.hasToken(token) ? tokenizer.decode([token]) : '';
  return { score, token, token_str: text, sequence };
}
