import { randomUUID } from 'node:crypto';
import OpenAI, { toFile } from 'openai';
import { inject } from 'vitest';

/** What is known of a platform that files of tests share. */
export type PlatformFacts = {
  /** Address of the gateway, without `/v1`. */
  readonly url: string;
  /** The operator's key. */
  readonly apiKey: string;
  /** The data folder. */
  readonly folder: string;
  /** A folder of base models, empty but for `noise`: what is put there is found a little later. */
  readonly models: string;
  /** Process of each part at this moment, by its name. */
  readonly pids: Readonly<Record<string, number>>;
};

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test/flow/platform-per-process.fixture.ts tells of the platform of a process. */
    platforms: string;
  }
}

/**
 * For tests: a new project on the platform of this process, with the official client. Other files have used the platform before, each in a
 * project of its own, and none does meanwhile; a part that a test kills is started again. Nothing is to be closed.
 */
export async function joinPlatform() {
  const facts = async (): Promise<PlatformFacts> => {
    const answer = await fetch(`${inject('platforms')}/${process.env.VITEST_POOL_ID}`);
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as PlatformFacts;
  };
  const { url, apiKey: operator, folder, models } = await facts();
  const project = `flow-${randomUUID().slice(0, 8)}`;
  const { key } = await new OpenAI({ baseURL: `${url}/v1`, apiKey: operator }).post<{
    key: string;
  }>('/lathe/keys', { body: { name: 'a file of tests', role: 'admin', project } });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key });
  return {
    ...{ url, folder, models, project, client },
    /** Of an admin of the project. */
    apiKey: key,
    /** Process of each part at this moment, by its name. */
    pids: async () => (await facts()).pids,
    /** Uploads lines for tuning: the id of the file. */
    async upload(lines: readonly string[]): Promise<string> {
      const file = await toFile(Buffer.from(lines.join('\n')), 'rows.jsonl');
      return (await client.files.create({ file, purpose: 'fine-tune' })).id;
    },
  };
}
export type SharedPlatform = Awaited<ReturnType<typeof joinPlatform>>;
