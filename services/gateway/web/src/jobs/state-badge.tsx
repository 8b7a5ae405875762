import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { stateOf } from './job-words.ts';

/** What a job is doing, as a coloured word. */
export function StateBadge({ job }: { readonly job: JobObject }) {
  const { word, tone } = stateOf(job);
  return <span class={`badge ${tone}`}>{word}</span>;
}
