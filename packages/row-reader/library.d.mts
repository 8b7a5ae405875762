import type { NativeLibrary } from '@lathe/native/built-library';

/** The library that reads rows, as packages/native builds it. */
export const library: NativeLibrary;
