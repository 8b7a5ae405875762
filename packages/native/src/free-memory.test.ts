import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { giveFreeMemoryBack } from './free-memory.ts';
import { stayingLibrary } from './koffi.ts';

const isGlibc = process.report !== undefined && 'glibcVersionRuntime' in headerOf(process.report);

function headerOf({ getReport }: NodeJS.ProcessReport): object {
  return (getReport() as { readonly header: object }).header;
}

/** Memory that this process holds, in bytes. */
function held(): number {
  const [, kilobytes] =
    /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

it.runIf(isGlibc)('gives memory back that lies free below what is still in use', () => {
  const libc = stayingLibrary('libc.so.6');
  const allocate = libc.func('malloc', 'void *', ['size_t']);
  const fill = libc.func('memset', 'void *', ['void *', 'int', 'size_t']);
  const release = libc.func('free', 'void', ['void *']);
  // So small that none has a mapping of its own.
  const [count, size] = [2000, 64 * 1024];
  const blocks = Array.from({ length: count }, () => fill(allocate(size), 1, size));
  const last = blocks.pop();
  for (const block of blocks) release(block);
  const before = held();
  giveFreeMemoryBack();
  expect(before - held()).toBeGreaterThan((count * size) / 2);
  release(last);
});
