import { engineText, type Handler, scoredText, wholeWindow } from './input.ts';

/**
 * The one number that a model gives a pair of texts, or a text alone; one that makes vectors reads each text by itself,
 * and whoever asked it compares them.
 */
export const similarity: Handler<'similarity', null> = {
  encode(reader, input, { param }) {
    const { type } = reader.model.task;
    if (input.pair === null || type === 'classification' || type === 'reward')
      return { texts: [scoredText(reader, input, param)], sheet: null };
    const windows = [input.text, input.pair].map((text) => wholeWindow(reader, [text], { param }));
    return { texts: windows.map((window) => engineText(reader.kit, window)), sheet: null };
  },
  read: (_, __, { results: [scores] }) => scores?.[0] ?? 0,
};
