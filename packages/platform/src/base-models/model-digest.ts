import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of one sample of a file, and how many are read of a large one. */
const sampleBytes = 4096;
const samples = 64;

const weights = /^config\.json$|\.safetensors(\.index\.json)?$|\.gguf$/;

/**
 * A digest of a model's config and weights: of small files all bytes, of large ones their size and samples from
 * beginning to end. Another training changes nearly every byte of them, so it has another digest; a copy has the same.
 * @example const digest = await weightsDigest('models/lathe-tiny');
 */
export async function weightsDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) {
    if (!weights.test(name)) continue;
    const file = await open(join(folder, name), 'r');
    try {
      const { size } = await file.stat();
      hash.update(`${name} ${size};`);
      const count = Math.min(samples, Math.ceil(size / sampleBytes));
      const last = Math.max(0, size - sampleBytes);
      const buffer = Buffer.alloc(sampleBytes);
      for (let at = 0; at < count; at++) {
        const from = count === 1 ? 0 : Math.round((at * last) / (count - 1));
        const { bytesRead } = await file.read(buffer, 0, sampleBytes, from);
        hash.update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
  return hash.digest('hex');
}

/** Changes whenever a file of the folder does, as far as size, time and place on the disk tell. */
export async function folderStamp(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder, { recursive: true })).sort())
    hash.update(`${name} ${await fileStamp(join(folder, name))};`);
  return hash.digest('hex');
}

async function fileStamp(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(path);
    return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
  } catch (error) {
    // It is being replaced just now, or a link leads nowhere.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
}
