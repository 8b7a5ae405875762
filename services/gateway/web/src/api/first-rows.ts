import { request } from './client.ts';

/** The first rows of a file of JSON Lines: the rest of it is not read. */
export async function firstRows(
  file: string,
  most: number,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { body } = await request(`/v1/files/${encodeURIComponent(file)}/content`, { signal });
  if (body === null) return [];
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let isWhole = false;
  try {
    while (!isWhole && text.split('\n').length <= most) {
      const { done, value } = await reader.read();
      text += value ?? '';
      isWhole = done;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  const lines = text.split('\n');
  // What stands behind the last line break may be half a row.
  const whole = isWhole ? lines : lines.slice(0, -1);
  return whole
    .filter((line) => line.trim() !== '')
    .slice(0, most)
    .map((line) => JSON.parse(line) as unknown);
}
