import { storedCompletionPrefix } from '@lathe/contracts/artifact/key';
import type { ChatCompletion } from '@lathe/contracts/http/chat';
import { type KeptCompletion, keptCompletionSchema } from '@lathe/contracts/http/stored-completion';
import { recordKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import type { Records } from '@lathe/platform/records';

export type StorePorts = Pick<Records, 'storedCompletions'> & {
  readonly artifacts: ArtifactStore;
  readonly now: () => number;
};

/** An answer with what was asked. */
export type ToKeep = Pick<KeptCompletion, 'messages' | 'asked'> & {
  readonly metadata: Record<string, string> | null;
  readonly answer: ChatCompletion;
};

/** Keeps an answer with what was asked, the record last. Throws what the stores throw. */
export async function storeCompletion(
  { storedCompletions, artifacts, now }: StorePorts,
  project: string,
  { messages, asked, metadata, answer }: ToKeep,
): Promise<void> {
  const { id, created: createdAt, model } = answer;
  const key = `${storedCompletionPrefix(project, id)}/completion.json`;
  const kept = { version: 1 as const, messages, asked, completion: answer };
  await writeJson(artifacts, key, keptCompletionSchema, kept);
  const about = { id, project, createdAt, createdMs: now(), model, metadata, key };
  await storedCompletions.create(recordKey(project, id), { version: 1, ...about, feedback: null });
}
