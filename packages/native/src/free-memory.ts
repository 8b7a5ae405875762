import { koffi } from './koffi.ts';

/** glibc by the name that it has on every Linux. */
const libc = 'libc.so.6';

let trim: ((keep: number) => unknown) | undefined;

/**
 * Gives memory that lies free in holes of this process's C heap back to the kernel; it goes by itself only where it is at the heap's end. That takes
 * milliseconds, so it is for the end of large work. Nothing happens where the C library is not glibc, which alone has such a call.
 * @example giveFreeMemoryBack();
 */
export function giveFreeMemoryBack(): void {
  trim ??= found();
  trim(0);
}

function found(): (keep: number) => unknown {
  try {
    return koffi().load(libc).func('malloc_trim', 'int', ['size_t']);
  } catch {
    // It saves memory, and nothing else hangs on it.
    return () => undefined;
  }
}
