import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** A client as a careful product team has it: what gets no answer, or a retryable one, is sent again. */
export type Client = ReturnType<typeof createClient>;

const jobSchema = z.object({
  id: z.string(),
  status: z.string(),
  fine_tuned_model: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
});
export type Job = z.infer<typeof jobSchema>;
/** Whether nothing can happen to a job any more. */
export function isOver({ status }: Pick<Job, 'status'>): boolean {
  return ['succeeded', 'failed', 'cancelled'].includes(status);
}

const eventSchema = z.object({ id: z.string(), message: z.string(), level: z.string() });
const modelFilesSchema = z.object({
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
});
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), has_more: z.boolean() });

/** Answers after which a client may send the same request again; what else is 5xx is a fault of the platform. */
const retryable = new Set([408, 409, 429, 503]);
const mostPauseMs = 1000;
/** Longest time of one answer: the next try may find a gateway that is there. */
const answerMs = 120_000;

export function createClient(
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  { patienceMs = 600_000, onAnswer = (_: number): void => {} } = {},
) {
  /** Sends until there is an answer that stands. Throws when the patience ends. */
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const deadline = performance.now() + patienceMs;
    let last: unknown;
    for (
      let pauseMs = 50;
      performance.now() < deadline;
      pauseMs = Math.min(2 * pauseMs, mostPauseMs)
    ) {
      try {
        const response = await fetch(`${url}/v1${path}`, {
          ...init,
          headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
          signal: AbortSignal.timeout(answerMs),
        });
        onAnswer(response.status);
        // The body is part of the answer: a connection may break in it.
        const body = await response.arrayBuffer();
        const { status, headers } = response;
        if (!retryable.has(status))
          return new Response(status === 204 ? null : body, { status, headers });
        last = new TextDecoder().decode(body);
      } catch (error) {
        last = error;
      }
      await sleep(pauseMs);
    }
    throw new Error(`no answer to ${init.method ?? 'GET'} ${path}: ${String(last)}`, {
      cause: last,
    });
  };
  const read = async <T>(schema: z.ZodType<T>, path: string, init?: RequestInit): Promise<T> => {
    const response = await send(path, init);
    if (!response.ok)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return schema.parse(await response.json());
  };
  const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return {
    send,
    /** The answer to a GET. Throws with what else is answered. */
    get: <T>(schema: z.ZodType<T>, path: string): Promise<T> => read(schema, path),
    /** The answer to a POST; sent again under the same key it makes the same thing. */
    post: <T>(schema: z.ZodType<T>, path: string, { body, key }: { body: object; key: string }) =>
      read(schema, path, post(body, { 'idempotency-key': key })),
    async upload(bytes: string, purpose = 'fine-tune'): Promise<string> {
      const form = new FormData();
      form.set('purpose', purpose);
      form.set('file', new Blob([bytes]), 'rows.jsonl');
      const file = await read(z.object({ id: z.string() }), '/files', {
        method: 'POST',
        body: form,
      });
      return file.id;
    },
    content: async (id: string): Promise<string> => (await send(`/files/${id}/content`)).text(),
    /** Creates a job; sent again under the same key it is the same job. */
    create: (body: object, key: string): Promise<Job> =>
      read(jobSchema, '/fine_tuning/jobs', post(body, { 'idempotency-key': key })),
    job: (id: string): Promise<Job> => read(jobSchema, `/fine_tuning/jobs/${id}`),
    /** The status of one request to cancel a job; a job that is over refuses it. */
    async cancelOrRefused(id: string): Promise<number> {
      const headers = { authorization: `Bearer ${apiKey}` };
      const path = `${url}/v1/fine_tuning/jobs/${id}/cancel`;
      const response = await fetch(path, { method: 'POST', headers });
      await response.arrayBuffer();
      return response.status;
    },
    /** Puts a job that the infrastructure failed back into the queue. */
    resume: (id: string): Promise<Job> =>
      read(jobSchema, `/fine_tuning/jobs/${id}/resume`, post({})),
    async jobs(): Promise<Job[]> {
      const all: Job[] = [];
      for (let after = ''; ; after = `&after=${all.at(-1)?.id}`) {
        const page = await read(pageOf(jobSchema), `/fine_tuning/jobs?limit=100${after}`);
        all.push(...page.data);
        if (!page.has_more) return all;
      }
    },
    /** What happened to a job, newest first. */
    async events(id: string): Promise<z.infer<typeof eventSchema>[]> {
      const all: z.infer<typeof eventSchema>[] = [];
      for (let after = ''; ; after = `&after=${all.at(-1)?.id}`) {
        const path = `/fine_tuning/jobs/${id}/events?limit=100${after}`;
        const page = await read(pageOf(eventSchema), path);
        all.push(...page.data);
        if (!page.has_more) return all;
      }
    },
    /** The steps of a job's checkpoints, newest first. */
    async checkpointSteps(id: string): Promise<number[]> {
      const schema = pageOf(z.object({ step_number: z.number() }));
      const { data } = await read(schema, `/fine_tuning/jobs/${id}/checkpoints?limit=100`);
      return data.map(({ step_number: step }) => step);
    },
    async models(): Promise<string[]> {
      const schema = z.object({ data: z.array(z.object({ id: z.string() })) });
      return (await read(schema, '/models')).data.map(({ id }) => id);
    },
    /** The digests of the files of the model that a job made, by name. */
    async modelFiles(id: string): Promise<Record<string, string>> {
      const { files } = await read(modelFilesSchema, `/lathe/jobs/${id}/model`);
      return Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256]));
    },
    /** The likeliest answer of a model. */
    async ask(model: string, question: string): Promise<string> {
      const body = {
        ...{ model, max_tokens: 8, temperature: 0 },
        messages: [{ role: 'user', content: question }],
      };
      const schema = z.object({
        choices: z.array(z.object({ message: z.object({ content: z.string() }) })),
      });
      return (
        (await read(schema, '/chat/completions', post(body))).choices[0]?.message.content ?? ''
      );
    },
    /** Waits until a job is over, but no longer than `mostMs`: the job as it is then. */
    async over(id: string, mostMs = patienceMs): Promise<Job> {
      for (const deadline = performance.now() + mostMs; ; await sleep(100)) {
        const job = await this.job(id);
        if (isOver(job) || performance.now() > deadline) return job;
      }
    },
  };
}
