import type { DataOptions } from '@lathe/contracts/http/data';
import { optionsIn } from '../options/options-in.ts';
import { useQueryText } from '../shell/router.ts';
import { type ReadingOptions, textOf } from './reading-options.ts';

/** The options in the address, and a way to change them. */
export function useReadingOptions(): [ReadingOptions, (change: Partial<ReadingOptions>) => void] {
  const [model, setModel] = useQueryText('model');
  const [data, setData] = useQueryText('data');
  const change = (next: Partial<ReadingOptions>): void => {
    if (next.model !== undefined) setModel(next.model);
    if (next.data !== undefined) setData(textOf(next.data));
  };
  // What they may be the API says.
  return [{ model, data: optionsIn(data) as DataOptions }, change];
}
