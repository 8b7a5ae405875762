import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const casesSchema = z.object({
  steps: z.number().int(),
  learningRate: z.number(),
  epsilon: z.number(),
  lathe: z.record(z.string(), z.json()),
  cases: z.array(
    z.object({
      name: z.string(),
      model: z.string(),
      task: z.looseObject({ type: z.string() }),
      rows: z.array(z.record(z.string(), z.json())),
    }),
  ),
});

const weightSchema = z.object({
  norm: z.number(),
  places: z.array(z.number().int()),
  values: z.array(z.number()),
});

const expectedSchema = z.record(
  z.string(),
  z.object({
    curve: z.array(z.tuple([z.number(), z.number()])),
    weights: z.record(z.string(), weightSchema),
  }),
);

/** A job of a few rows, what PyTorch made of them, and how it is asked for. */
export type RecordedJob = {
  readonly name: string;
  readonly model: string;
  readonly task: string;
  /** The uploaded file, JSON Lines. */
  readonly lines: string;
  /** The body of the request without its file. */
  readonly body: object;
  /** Loss and gradient norm of every step. */
  readonly curve: readonly (readonly [loss: number, norm: number])[];
  /** Of every weight after the last step: its norm and some elements. */
  readonly weights: Readonly<Record<string, z.infer<typeof weightSchema>>>;
};

const folder = new URL('../fixtures/jobs/', import.meta.url);

/**
 * Jobs of every task that PyTorch trained from the same rows (`bench/reference/jobs.py`).
 *
 * @example for (const { name, curve } of await recordedJobs()) console.log(name, curve.length);
 */
export async function recordedJobs(): Promise<RecordedJob[]> {
  const read = async (name: string) => JSON.parse(await readFile(new URL(name, folder), 'utf8'));
  const { cases, steps, learningRate, epsilon, lathe } = casesSchema.parse(
    await read('cases.json'),
  );
  const expected = expectedSchema.parse(await read('expected.json'));
  return cases.map(({ name, model, task, rows }) => {
    const recorded = expected[name];
    if (recorded === undefined) throw new Error(`nothing was recorded of the job ${name}`);
    const hyperparameters = { n_epochs: steps, batch_size: Math.max(rows.length, 2) };
    const type = task.type === 'preference' ? 'dpo' : 'supervised';
    return {
      ...{ name, model, task: task.type, ...recorded },
      lines: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      body: {
        model,
        seed: 1,
        method: { type, [type]: { hyperparameters } },
        lathe: {
          ...lathe,
          ...(type === 'supervised' && { task }),
          adaptation: { type: 'full' },
          learning_rate: learningRate,
          optimizer: { type: 'adamw', epsilon },
        },
      },
    };
  });
}

/** Largest relative differences from PyTorch. */
export type JobDistances = {
  readonly loss: number;
  readonly norm: number;
  readonly weights: number;
};

type Door = { readonly url: string; readonly apiKey: string };

/**
 * Trains a recorded job through a running platform's HTTP API alone, from the upload of its file to the download of its model.
 * Throws when the job does not succeed, or tells fewer steps or weights than were recorded.
 *
 * @example
 * const door = { url: 'http://127.0.0.1:4780', apiKey: 'sk-…' };
 * const job: RecordedJob = JSON.parse("{}");
 * const { weights } = await trainRecordedJob(door, job);
 */
export async function trainRecordedJob(door: Door, job: RecordedJob): Promise<JobDistances> {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...init.headers, authorization: `Bearer ${door.apiKey}` };
    const response = await fetch(`${door.url}/v1${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${job.name}: ${response.status} ${await response.text()}`);
    return response;
  };
  const json = async <T>(schema: z.ZodType<T>, ...asked: Parameters<typeof ask>): Promise<T> =>
    schema.parse(await (await ask(...asked)).json());
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', new Blob([job.lines]), 'rows.jsonl');
  const named = z.object({ id: z.string() });
  const file = await json(named, '/files', { method: 'POST', body: form });
  const { id } = await json(named, '/fine_tuning/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...job.body, training_file: file.id }),
  });
  for (;;) {
    const { status, error } = await json(jobSchema, `/fine_tuning/jobs/${id}`);
    if (status === 'succeeded') break;
    if (status === 'failed') throw new Error(`${job.name}: ${error?.message}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { data } = await json(eventsSchema, `/fine_tuning/jobs/${id}/events?limit=100`);
  const steps = new Map(
    data.flatMap((event) => {
      const metrics = stepSchema.safeParse(event.data);
      return event.type === 'metrics' && metrics.success ? [[metrics.data.step, metrics.data]] : [];
    }),
  );
  const curve = job.curve.map(([loss, norm], at) => {
    const step = steps.get(at + 1);
    if (step === undefined) throw new Error(`${job.name}: the job told nothing of step ${at + 1}`);
    return [distance(step.train_loss, loss), distance(step.gradient_norm, norm)] as const;
  });
  const bytes = await (await ask(`/lathe/jobs/${id}/model/model.safetensors`)).arrayBuffer();
  return {
    loss: Math.max(...curve.map(([loss]) => loss)),
    norm: Math.max(...curve.map(([, norm]) => norm)),
    weights: weightDistance(readTensors(bytes), job),
  };
}

const jobSchema = z.object({
  status: z.string(),
  error: z.object({ message: z.string().nullish() }).nullish(),
});
const eventsSchema = z.object({ data: z.array(z.object({ type: z.string(), data: z.unknown() })) });
const stepSchema = z.object({
  step: z.number(),
  train_loss: z.number(),
  gradient_norm: z.number(),
});

/** Weights are of the order of 0.1 to 1. */
const leastSize = 0.1;

function distance(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.max(Math.abs(expected), 1e-3);
}

/**
 * Of each weight as a part of its largest recorded element. Biases of keys have no gradient but rounding, and stay next to 0: what is small
 * is held to a size of its own.
 */
function weightDistance(tensors: ReadonlyMap<string, Float32Array>, job: RecordedJob): number {
  const distances = Object.entries(job.weights).map(([name, { norm, places, values }]) => {
    const own = tensors.get(name);
    if (own === undefined)
      throw new Error(`${job.name}: the model has no ${name}, but ${[...tensors.keys()]}`);
    const largest = Math.max(...values.map(Math.abs), leastSize);
    const elements = values.map(
      (value, at) => Math.abs((own[places[at] as number] as number) - value) / largest,
    );
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    return Math.max(Math.abs(length - norm) / Math.max(norm, leastSize), ...elements);
  });
  return Math.max(...distances);
}

/** Tensors of 32-bit or bfloat16 numbers in a safetensors file: a header's length in 8 bytes, the header, the numbers. */
function readTensors(bytes: ArrayBuffer): Map<string, Float32Array> {
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const header = z
    .record(
      z.string(),
      z
        .object({ dtype: z.string(), data_offsets: z.tuple([z.number(), z.number()]) })
        .or(z.record(z.string(), z.string())),
    )
    .parse(JSON.parse(Buffer.from(bytes, 8, length).toString('utf8')));
  return new Map(
    Object.entries(header).flatMap(([name, about]) => {
      if (!Array.isArray(about.data_offsets)) return [];
      const own = bytes.slice(
        8 + length + about.data_offsets[0],
        8 + length + about.data_offsets[1],
      );
      if (about.dtype === 'F32') return [[name, new Float32Array(own)] as const];
      if (about.dtype !== 'BF16') throw new Error(`${name} is of the type ${about.dtype}`);
      const wide = Uint32Array.from(new Uint16Array(own), (half) => half << 16);
      return [[name, new Float32Array(wide.buffer)] as const];
    }),
  );
}
