import type { FileObject } from '@lathe/contracts/http/file';
import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { ask } from '../api/client.ts';
import { navigate } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';

const example = new URL('../../../../../examples/support-routing.jsonl', import.meta.url).href;

/** Uploads the example and starts the quickstart's job on it, then shows that. */
export function TryExample() {
  return (
    <ActButton class="main" act={tryExample}>
      Try the example
    </ActButton>
  );
}

async function tryExample(): Promise<void> {
  const rows = await (await fetch(example)).blob();
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', rows, 'support-routing.jsonl');
  const file = await ask<FileObject>('/v1/files', { method: 'POST', body: form });
  const body = {
    model: 'lathe-tiny',
    training_file: file.id,
    suffix: 'support-routing',
    seed: 7,
    metadata: { name: 'Example: support routing' },
  };
  const job = await ask<JobObject>('/v1/fine_tuning/jobs', { method: 'POST', body });
  navigate(`/jobs/${job.id}`);
}
