import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CheckpointObject, EventObject, JobObject } from '@lathe/contracts/http/fine-tuning';

const jobId = 'ftjob-00000000steady';
const jobPath = `/v1/fine_tuning/jobs/${jobId}`;
const model = `ft:lathe-tiny:default:steady:${jobId.slice(6, 14)}`;
/** Steps between two scorings of the held-out rows, two checkpoints and two rounds of answers. */
const every = { score: 50, checkpoint: 200, samples: 500 } as const;

/** A gateway whose job never was: what is asked of that is made here, and all else by the gateway behind. */
export type MadeJob = AsyncDisposable & {
  readonly url: string;
  /** Where the page of the job is. */
  readonly path: string;
  /** Steps told so far. */
  steps(): number;
};

/** Stands before the gateway at `behind` and tells `rate` steps a second of one job for as long as somebody listens. */
export async function madeJob(behind: string, rate: number): Promise<MadeJob> {
  let step = 0;
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === jobPath) return json(response, jobAt(step));
    if (path === `${jobPath}/checkpoints`) return json(response, checkpointsAt(step));
    if (path === `${jobPath}/events`) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [begunMs, before] = [performance.now(), step];
      // By the clock: a timer alone falls behind on a machine that has other work.
      const timer = setInterval(() => {
        const due = before + Math.floor(((performance.now() - begunMs) / 1000) * rate);
        while (step < due)
          for (const event of eventsOf(++step))
            response.write(`data: ${JSON.stringify(event)}\n\n`);
      }, 1000 / rate);
      response.on('close', () => clearInterval(timer));
      return;
    }
    forward(behind, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    path: `/ui/jobs/${jobId}`,
    steps: () => step,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(
  behind: string,
  { url = '/', method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { authorization = '', accept = '*/*' } = headers;
  const answer = await fetch(behind + url, { method, headers: { authorization, accept } });
  // What was packed is not any more.
  const kept = [...answer.headers].filter(([name]) => !/^content-(length|encoding)/.test(name));
  response.writeHead(answer.status, Object.fromEntries(kept));
  response.end(Buffer.from(await answer.arrayBuffer()));
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const lossAt = (step: number): number => 2 / Math.sqrt(1 + step / 50) + 0.2 * Math.sin(step * 7.13);

function eventsOf(step: number): EventObject[] {
  const event = (kind: string, message: string, data: EventObject['data']): EventObject => ({
    ...{ id: `ftevent-${step}-${kind}`, object: 'fine_tuning.job.event' },
    ...{ created_at: Math.floor(Date.now() / 1000), level: 'info', message },
    ...{ type: kind === 'step' || kind === 'score' ? 'metrics' : 'message', data },
  });
  const loss = lossAt(step);
  const told = [
    event('step', `Step ${step}: training loss=${loss.toFixed(2)}`, {
      ...{ step, total_steps: 1_000_000, train_loss: loss, learning_rate: 1e-4 / (1 + step / 1e4) },
      ...{ gradient_norm: 1 + Math.cos(step), tokens_per_second: 900 + (step % 40) },
    }),
  ];
  if (step % every.score === 0)
    told.push(event('score', `Step ${step}: held-out loss`, { step, valid_loss: loss + 0.1 }));
  if (step % every.checkpoint === 0)
    told.push(
      event('checkpoint', `Checkpoint created at step ${step}.`, {
        ...{ step, fine_tuned_model_checkpoint: `${model}:ckpt-step-${step}` },
      }),
    );
  if (step % every.samples === 0)
    told.push(
      event('samples', `Answers at step ${step}.`, {
        ...{ step, held_out: true },
        answers: [1, 2, 3].map((prompt) => ({ prompt, answer: `answer ${step} to ${prompt}` })),
      }),
    );
  return told;
}

function jobAt(step: number): JobObject {
  return {
    ...{ id: jobId, object: 'fine_tuning.job', created_at: 1_790_000_000, finished_at: null },
    ...{ status: 'running', model: 'lathe-tiny', fine_tuned_model: null, error: null, seed: 1 },
    ...{ organization_id: 'default', result_files: [], trained_tokens: null, integrations: [] },
    ...{ training_file: 'file-00000000', validation_file: null, metadata: { name: 'Steady' } },
    ...{ estimated_finish: Math.floor(Date.now() / 1000) + 3600, hyperparameters: {} },
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
    lathe: {
      ...{ options: {}, task: { type: 'generation' }, evaluation: null, queue: null, suffix: null },
      ...{ step, total_steps: 1_000_000, stopping: null },
    },
  };
}

function checkpointsAt(step: number): {
  object: 'list';
  data: CheckpointObject[];
  has_more: false;
} {
  const count = Math.min(100, Math.floor(step / every.checkpoint));
  const newest = Math.floor(step / every.checkpoint) * every.checkpoint;
  const data = Array.from({ length: count }, (_, i): CheckpointObject => {
    const at = newest - i * every.checkpoint;
    return {
      ...{ id: `ftckpt-${at}`, object: 'fine_tuning.job.checkpoint', created_at: 1_790_000_000 },
      ...{ fine_tuned_model_checkpoint: `${model}:ckpt-step-${at}`, fine_tuning_job_id: jobId },
      ...{ step_number: at, metrics: { step: at, train_loss: lossAt(at) } },
    };
  });
  return { object: 'list', data, has_more: false };
}
