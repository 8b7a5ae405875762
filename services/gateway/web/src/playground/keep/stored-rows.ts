import type { FileObject } from '@lathe/contracts/http/file';
import type {
  CompletionDataset,
  Feedback,
  StoredCompletion,
} from '@lathe/contracts/http/stored-completion';
import { ask } from '../../api/client.ts';

/** Metadata of stored answers that are to become rows: the name of their collection. */
const collectionKey = 'rows';

/** Says what is thought of a stored answer, and puts it into a collection of rows. */
export async function keepAnswer(
  id: string,
  rows: string,
  feedback: Partial<Feedback>,
): Promise<void> {
  const path = `/v1/chat/completions/${encodeURIComponent(id)}`;
  const body = { completion_id: id, ...feedback };
  await ask('/v1/lathe/feedback', { method: 'POST', body });
  const { metadata } = await ask<StoredCompletion>(path);
  await ask(path, { method: 'POST', body: { metadata: { ...metadata, [collectionKey]: rows } } });
}

/** The list of the answers in a collection. */
export function collectionPath(rows: string): string {
  return `/v1/chat/completions?order=desc&metadata[${collectionKey}]=${encodeURIComponent(rows)}`;
}

/** Takes a stored answer away, with what was asked and said of it. */
export async function dropAnswer(id: string): Promise<void> {
  await ask(`/v1/chat/completions/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Makes a training file of a collection. */
export async function makeFile(rows: string, kind: CompletionDataset['rows']): Promise<FileObject> {
  const body = { rows: kind, metadata: { [collectionKey]: rows } };
  return ask('/v1/lathe/completions/dataset', { method: 'POST', body });
}
