/** A library in C that set-up builds. */
export type NativeLibrary = {
  /** The name of its file, without the stamp. */
  readonly name: string;
  /** What is in it, in the plural, for sentences. */
  readonly called: string;
  /** What is done without it. */
  readonly otherwise: string;
  /** Of its package: the sources are in `c`, and it is built into `dist`. */
  readonly folder: string;
  /** What the compiler is told beside what it is told of every library. */
  readonly flags: readonly string[];
};

/** The sources of a library and how they are compiled as they are now, as one hash. Throws where the sources are not there. */
export function stampNow(library: NativeLibrary): string;
