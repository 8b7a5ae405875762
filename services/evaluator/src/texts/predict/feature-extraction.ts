import { engineText, type Handler, wholeWindow } from './input.ts';

/** Hidden states of all tokens, special ones included; they are handed on as numbers, not read here. */
export const featureExtraction: Handler<'feature-extraction', null> = {
  encode(reader, text, { param }) {
    const window = wholeWindow(reader, [text], { param });
    return { texts: [engineText(reader.kit, window)], sheet: null };
  },
  read: () => [],
};
