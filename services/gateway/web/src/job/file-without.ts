import type { FileObject, RetrievedFile } from '@lathe/contracts/http/file';
import { ask, request } from '../api/client.ts';
import { upload } from '../api/upload.ts';
import { linesWithout } from './lines-without.ts';

/** Largest file that is read whole in the page. */
const mostBytes = 64e6;

/**
 * A new file with the rows of another but for some of its lines. Throws with a sentence for what is not JSON Lines, where a row may be
 * more than a line or less, and for what is too large.
 */
export async function fileWithout(file: string, leftOut: readonly number[]): Promise<FileObject> {
  const path = `/v1/files/${encodeURIComponent(file)}`;
  const { filename, bytes } = await ask<RetrievedFile>(path);
  if (!filename.endsWith('.jsonl'))
    throw new Error(`${filename} is not JSON Lines: take the rows out of it and upload it anew.`);
  if (bytes > mostBytes)
    throw new Error(`${filename} is too large for the page: take the rows out and upload it anew.`);
  const text = await (await request(`${path}/content`)).text();
  const name = filename.replace(/\.jsonl$/, `.without-${leftOut.length}.jsonl`);
  const rows = new File([linesWithout(text, leftOut)], name, { type: 'application/jsonl' });
  return upload(rows, 'fine-tune', () => undefined);
}
