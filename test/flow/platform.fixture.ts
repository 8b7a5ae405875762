import { readFile } from 'node:fs/promises';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import { startPlatform } from '../../scripts/platform.ts';

/** For tests: the whole platform in a folder of its own, with the official client; base models are in `models`. */
export async function openPlatform({ models }: { readonly models?: string } = {}) {
  const folder = await tempFolder();
  const quiet = {
    ...{ LATHE_PORT: '0', LATHE_LOG_LEVEL: 'silent', LATHE_ENGINE_THREADS: '1' },
    ...(models && { LATHE_MODELS: models }),
  };
  const platform = await startPlatform(readConfig({ ...quiet, LATHE_DATA: folder.path }));
  const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
  return {
    client,
    apiKey: platform.apiKey,
    url: platform.url,
    natsUrl: platform.natsUrl,
    /** Process of the gateway at this moment. */
    gatewayPid: () => platform.pids().get('gateway') ?? 0,
    /** Process of the training worker. */
    workerPid: platform.workerPid,
    /** The data folder: everything that the platform keeps. */
    folder: folder.path,
    /** Uploads lines for tuning: the id of the file. */
    async upload(lines: readonly string[]): Promise<string> {
      const file = await toFile(Buffer.from(lines.join('\n')), 'rows.jsonl');
      return (await client.files.create({ file, purpose: 'fine-tune' })).id;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await platform.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}
export type TestPlatform = Awaited<ReturnType<typeof openPlatform>>;

/** The first lines of the example of support messages. */
export async function supportLines(count: number): Promise<string[]> {
  return (await readFile('examples/support-routing.jsonl', 'utf8')).split('\n').slice(0, count);
}
