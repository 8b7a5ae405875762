import type { JobRecord } from '@lathe/contracts/job/record';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { baseModelsProject, modelKey, recordKey, streams } from '@lathe/contracts/subject';
import { readConfig } from '@lathe/platform/config';
import { startNats } from '@lathe/testkit/nats';
import { openStores } from '@lathe/testkit/stores';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import type { GatewaySettings } from '../settings.ts';
import { start } from '../start.ts';

/** For tests: the project that the fixture's key opens. */
export const project = 'default';
export const apiKey = 'sk-test-gateway-fixture';
/** For tests: another project, and the key that opens it. */
export const otherProject = 'other';
export const otherKey = 'sk-test-other-project';

/** For tests: a server that jobs may compare with. */
export const allowedServerUrl = 'https://models.example/v1';

/** For tests: a real gateway over a real nats-server and real files, the official client, and the stores behind. */
export async function openGateway(
  places: { readonly natsUrl: string; readonly folder: string },
  overrides: Partial<GatewaySettings> = {},
) {
  const config = readConfig({
    LATHE_PORT: '0',
    LATHE_DATA: places.folder,
    LATHE_NATS_URL: places.natsUrl,
    LATHE_API_KEY: apiKey,
    LATHE_API_KEYS: `${otherKey}=${otherProject}`,
    LATHE_LOG_LEVEL: 'silent',
    LATHE_REQUEST_TIMEOUT: '2s',
    LATHE_MODEL_SERVERS: allowedServerUrl,
  });
  const gateway = await start(config, overrides);
  const stores = await openStores(config);
  const { nats, jobs, models } = stores;
  const client = new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  return {
    url: gateway.url,
    routes: gateway.routes,
    config,
    ...stores,
    client,
    otherClient: new OpenAI({
      apiKey: otherKey,
      baseURL: `${gateway.url}/v1`,
      maxRetries: 0,
    }),
    /** A plain request with the key. */
    fetch: (path: string, init: RequestInit = {}) =>
      fetch(`${gateway.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
      }),
    /** A create request of a job with whatever body. */
    postJob: (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${gateway.url}/v1/fine_tuning/jobs`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    /** Uploads `jsonl`: the id of the file. */
    upload: async (purpose: 'fine-tune' | 'evals' = 'fine-tune') => {
      const file = await toFile(Buffer.from(jsonl), 'rows.jsonl');
      return (await client.files.create({ file, purpose })).id;
    },
    /** How many messages wait in the work queues. */
    queued: async () => (await nats.manager.streams.info(streams.work.name)).state.messages,
    addModel: (model: ModelRecord) =>
      models.put(
        modelKey(model.kind === 'base' ? baseModelsProject : model.project, model.name),
        model,
      ),
    /** Changes a job's record as another service would. */
    patchJob: async (id: string, change: Partial<JobRecord>) => {
      await jobs.put(recordKey(project, id), { ...(await stores.job(id)), ...change });
    },
    /** Stops the gateway only; the stores stay open. */
    stopGateway: () => gateway.stop(),
    stop: async () => {
      await nats.close();
      await gateway.stop();
    },
  };
}

/** For tests: a gateway with a nats-server and a folder of its own, all of which `stop` ends. */
export async function startGateway(overrides: Partial<GatewaySettings> = {}) {
  const [server, folder] = await Promise.all([startNats(), tempFolder()]);
  const gateway = await openGateway({ natsUrl: server.url, folder: folder.path }, overrides);
  return {
    ...gateway,
    server,
    folder: folder.path,
    stop: async () => {
      await gateway.stop();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
export type TestGateway = Awaited<ReturnType<typeof startGateway>>;

export const baseModel: ModelRecord = {
  version: 1,
  kind: 'base',
  name: 'lathe-tiny',
  createdAt: 1_700_000_000,
  maxPositions: 512,
  parameters: 1_000_000,
};

/** One training line, and a file of a few. */
const line = JSON.stringify({
  messages: [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hi' },
  ],
});
export const jsonl = `${line}\n`.repeat(12);
