import type { DatasetRequest } from '@lathe/contracts/http/dataset';
import type { ListedDataset } from '@lathe/contracts/http/dataset-object';
import { counted } from '../../ui/numbers.ts';
import { sources } from './sources.ts';

/** How a file was made of others, in words. */
export function madeText({ convert, mix, split, repair }: DatasetRequest): string {
  if (convert !== undefined) return `pairs of ${sources[convert.source].name}`;
  if (mix !== undefined) return `a mix of ${counted(mix.files.length, 'file')}`;
  if (split !== undefined) return `a split: ${Math.round(100 * split.share)} % set apart`;
  return repair === undefined ? '' : 'the rows that are right';
}

/** How a state of data work is coloured. */
export function toneOf({ status }: Pick<ListedDataset, 'status'>): string {
  return { queued: '', running: 'run', succeeded: 'good', cancelled: '', failed: 'bad' }[status];
}
