import type { NativeLibrary } from '@lathe/native/built-library';

/** The library of kernels, as packages/native builds it. */
export const library: NativeLibrary;
