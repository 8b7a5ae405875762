import type { Estimate } from '@lathe/contracts/http/estimate';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { ActButton } from '../ui/act-button.tsx';

/** Between two looks at a dry run whose files are still read. */
const lookMs = 500;

/** Asks the creation itself, without creating anything, whether it would take the job. */
export function DryRun({ body }: { readonly body: CreateJob }) {
  const [said, setSaid] = useState<string | null>(null);
  const text = JSON.stringify(body);
  useEffect(() => setSaid(null), [text]);
  const run = async (): Promise<void> => {
    setSaid(null);
    for (;;) {
      const path = '/v1/fine_tuning/jobs?dry_run=true';
      const { status, refusals } = await ask<Estimate>(path, { method: 'POST', body });
      if (status !== 'queued' && status !== 'running') {
        const [first] = refusals;
        if (first !== undefined) throw new Error(`It would be refused: ${first.message}`);
        return setSaid('It would be taken; nothing was created.');
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  };
  return (
    <>
      <ActButton act={run}>Dry run</ActButton>
      {said !== null && (
        <span class="good" role="status">
          {said}
        </span>
      )}
    </>
  );
}
