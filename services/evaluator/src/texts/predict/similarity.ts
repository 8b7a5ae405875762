import { engineText, type Handler, wholeWindow } from './input.ts';

/**
 * The one number that a model gives a pair of texts, or a text alone; one that makes vectors reads each text by itself,
 * and whoever asked it compares them.
 */
export const similarity: Handler<'similarity', null> = {
  encode(reader, { text, pair }, { param }) {
    const { type } = reader.model.task;
    const isOne = pair === null || type === 'classification' || type === 'reward';
    const together = pair === null ? ([text] as const) : ([text, pair] as const);
    const reads = isOne ? [together] : together.map((each) => [each] as const);
    const windows = reads.map((texts) => wholeWindow(reader, texts, { param }));
    return { texts: windows.map((window) => engineText(reader.kit, window)), sheet: null };
  },
  read: (_, __, { results: [scores] }) => scores?.[0] ?? 0,
};
