import type { EventObject } from '@lathe/contracts/http/fine-tuning';
import { grouped } from '../ui/numbers.ts';
import { Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import type { LiveRun } from './live-run.ts';

/** What happened to the job, newest first; steps are on the curves. */
export function EventLog({ run }: { readonly run: LiveRun }) {
  return (
    <>
      <Table<EventObject>
        name="events"
        caption="Events, newest first"
        rows={run.messages.toReversed()}
        keyOf={({ id }) => id}
        pageRows={12}
        columns={[
          {
            head: 'When',
            value: ({ created_at: at }) => at,
            cell: ({ created_at: at }) => <Time at={at} />,
          },
          {
            head: 'What',
            value: ({ message, level }) => `${message} ${level}`,
            cell: ({ message, level }) => <span class={tones[level]}>{message}</span>,
          },
        ]}
      />
      {run.forgotten > 0 && (
        <p class="soft">
          {grouped(run.forgotten)} older events are not kept here; the API has all of them.
        </p>
      )}
    </>
  );
}

const tones: Readonly<Record<EventObject['level'], string>> = {
  info: '',
  warn: 'warn',
  error: 'error',
};
