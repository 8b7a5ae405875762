import type { Estimate } from '@lathe/contracts/http/estimate';
import { sentenceOf } from '../api/client.ts';
import { bytesText, counted, durationText, figure, grouped } from '../ui/numbers.ts';
import { Problem } from '../ui/states.tsx';
import type { Estimating } from './use-estimate.ts';

/** What the job takes of disks, as far as it is known. */
function diskFact({
  dataset,
  model,
  models,
  store,
  worker,
}: NonNullable<Estimate['disk_bytes']>): readonly [name: string, value: string] {
  if (store === null || model === null || models === null || worker === null)
    return ['of disk for the rows; no worker tells what it will write', bytesText(dataset)];
  const saved = `${counted(models, 'model')} of ${bytesText(model)} each, its states while it trains`;
  return [
    `of disk in the store at most: rows of ${bytesText(dataset)}, ${saved}; ${bytesText(worker)} on the worker`,
    bytesText(store),
  ];
}

/** What the job would be: rows, tokens, steps, time, memory, and what a verdict could show. */
export function EstimateSection({
  estimating: { estimate, error, isBusy },
}: {
  readonly estimating: Estimating;
}) {
  if (error !== null) return <Problem text={sentenceOf(error)} />;
  if (estimate === undefined)
    return <p class="soft">{isBusy ? 'Reading the rows …' : 'Choose a file and a model first.'}</p>;
  const { task, training_rows: rows, held_out_rows: heldOut, detectable_gain: gain } = estimate;
  const {
    steps,
    training_tokens: tokens,
    epochs,
    batch_size: batch,
    learning_rate: rate,
  } = estimate;
  const { seconds, refusals, seed, memory_bytes: memory, disk_bytes: disk, queue } = estimate;
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['is what the rows teach', task?.type ?? '–'],
    ['rows to train on', rows === null ? '–' : grouped(rows)],
    [
      gain === null
        ? 'rows held out for the verdict'
        : `rows held out: a verdict shows a gain of ${grouped(100 * gain)} points or more`,
      heldOut === null ? '–' : grouped(heldOut),
    ],
    [
      `steps: ${epochs === null ? '–' : grouped(epochs)} times every row, ${batch === null ? '–' : grouped(batch)} at a time`,
      steps === null ? '–' : grouped(steps),
    ],
    ['tokens to train on', tokens === null ? '–' : grouped(tokens)],
    ['learning rate', figure(rate)],
    ['is the seed of what is shown here; a job that names none draws its own', String(seed)],
    [
      memory === null ? 'no training worker tells what it needs' : 'of memory at most',
      memory === null ? 'memory unknown' : bytesText(memory),
    ],
    ...(disk === null ? [] : [diskFact(disk)]),
    [
      seconds === null
        ? 'no job like this has run here yet, which would tell'
        : `by ${seconds.jobs === 1 ? 'the one job' : `${seconds.jobs} jobs`} like this that ran here`,
      seconds === null
        ? 'time unknown'
        : `${durationText(seconds.least)} to ${durationText(seconds.most)}`,
    ],
  ];
  return (
    <div aria-busy={isBusy}>
      {refusals.map(({ message, param }) => (
        <Problem key={message} text={`${message}${param === null ? '' : ` (${param})`}`} />
      ))}
      <ul class="tiles">
        {facts.map(([name, value]) => (
          <li key={name}>
            <b>{value}</b>
            {name}
          </li>
        ))}
      </ul>
      {queue !== null && (
        <p class="soft">
          Started now: {queue.reason}
          {queue.position !== null && ` Place in line: ${grouped(queue.position)}.`}
        </p>
      )}
      {isBusy && (
        <p class="soft" role="status">
          Counting …
        </p>
      )}
    </div>
  );
}
