import type { RetrievedFile } from '@lathe/contracts/http/file';
import { ask, request } from '../api/client.ts';

/** How far into a file is read. */
const mostBytes = 16e6;

/** Some lines of a file of JSON Lines, by their numbers from 1, as far as they stand near enough to its start; of other files none. */
export async function linesOf(
  file: string,
  wanted: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  if (wanted.length === 0) return found;
  const path = `/v1/files/${encodeURIComponent(file)}`;
  const { filename } = await ask<RetrievedFile>(path, { signal });
  if (!filename.endsWith('.jsonl')) return found;
  const { body } = await request(`${path}/content`, { signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const last = Math.max(...wanted);
  const asked = new Set(wanted);
  let [at, rest, read] = [0, '', 0];
  try {
    while (reader !== undefined && at < last && read < mostBytes) {
      const { done, value = '' } = await reader.read();
      read += value.length;
      const lines = (rest + value).split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (asked.has(++at)) found.set(at, line);
      if (done) break;
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  return found;
}
