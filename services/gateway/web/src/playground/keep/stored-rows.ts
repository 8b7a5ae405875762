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
  const body = { completion_id: id, ...feedback };
  await ask('/v1/lathe/feedback', { method: 'POST', body });
  await putInto(id, rows);
}

/** Puts a stored answer into a collection of rows; null: takes it out of the one that it is in, and leaves it stored. */
export async function putInto(id: string, rows: string | null): Promise<void> {
  const path = `/v1/chat/completions/${encodeURIComponent(id)}`;
  const { metadata: before } = await ask<StoredCompletion>(path);
  const { [collectionKey]: _, ...others } = before ?? {};
  const metadata = { ...others, ...(rows !== null && { [collectionKey]: rows }) };
  await ask(path, { method: 'POST', body: { metadata } });
}

/** The list of the answers in a collection. */
export function collectionPath(rows: string): string {
  return `/v1/chat/completions?order=desc&metadata[${collectionKey}]=${encodeURIComponent(rows)}`;
}

/** Makes a training file of a collection. */
export async function makeFile(rows: string, kind: CompletionDataset['rows']): Promise<FileObject> {
  const body = { rows: kind, metadata: { [collectionKey]: rows } };
  return ask('/v1/lathe/completions/dataset', { method: 'POST', body });
}
