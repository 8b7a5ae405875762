import type { CheckpointObject } from '@lathe/contracts/http/fine-tuning';
import { useList } from '../api/use-list.ts';
import { CopyText } from '../ui/copy-text.tsx';
import { figure, grouped } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';

type Props = {
  readonly jobId: string;
  /** Whether more may come. */
  readonly isLive: boolean;
};

const refreshMs = 5000;

/** The models that a run leaves on its way: each can be asked by its name. */
export function Checkpoints({ jobId, isLive }: Props) {
  const { items, error, reload, hasMore, loadMore } = useList<CheckpointObject>(
    `/v1/fine_tuning/jobs/${jobId}/checkpoints`,
    isLive ? refreshMs : 0,
  );
  const losses = items?.flatMap(({ metrics }) => metrics.full_valid_loss ?? []) ?? [];
  const best = Math.min(...losses);
  return (
    <Answered query={{ data: items, error, reload }} what="the checkpoints">
      {(checkpoints) => (
        <Table<CheckpointObject>
          name="checkpoints"
          caption="Checkpoints"
          rows={checkpoints}
          keyOf={({ id }) => id}
          pageRows={8}
          more={{ hasMore, loadMore }}
          empty={
            <p class="soft">
              None yet: one is saved after each epoch, unless the job says otherwise.
            </p>
          }
          columns={[
            {
              head: 'Step',
              value: ({ step_number: step }) => step,
              cell: ({ step_number: step }) => grouped(step),
              isNumber: true,
            },
            {
              head: 'Held-out loss',
              value: ({ metrics }) => metrics.full_valid_loss ?? null,
              cell: ({ metrics: { full_valid_loss: loss } }) => (
                <>
                  {figure(loss)}{' '}
                  {loss !== undefined && loss === best && <span class="badge good">best</span>}
                </>
              ),
              isNumber: true,
            },
            {
              head: 'Training loss',
              value: ({ metrics }) => metrics.train_loss ?? null,
              cell: ({ metrics }) => figure(metrics.train_loss),
              isNumber: true,
            },
            {
              head: 'Model',
              value: (checkpoint) => checkpoint.fine_tuned_model_checkpoint,
              cell: (checkpoint) => (
                <CopyText
                  text={checkpoint.fine_tuned_model_checkpoint}
                  what="the name of the checkpoint"
                />
              ),
            },
          ]}
        />
      )}
    </Answered>
  );
}
