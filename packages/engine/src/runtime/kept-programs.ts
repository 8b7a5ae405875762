import type { Program } from './device.ts';

/**
 * Programs by what they are for, each compiled when it is first asked for. Where `most` is given only so many stay,
 * those asked for last: the others are disposed of before another is compiled, and none of them may run then.
 */
export class KeptPrograms<P extends { dispose(): Promise<void> } = Program> {
  readonly #most: number;
  /** The one asked for last comes last. */
  readonly #programs = new Map<string, Promise<P>>();

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** The program of a key. One that could not be compiled is tried again the next time. */
  get(key: string, compile: () => Promise<P>): Promise<P> {
    const known = this.#programs.get(key);
    const program = known ?? this.#shrink(this.#most - 1).then(compile);
    this.#programs.delete(key);
    this.#programs.set(key, program);
    if (known === undefined) program.catch(() => this.#programs.delete(key));
    return program;
  }

  /** Disposes of all; the next one asked for is compiled again. */
  dispose(): Promise<void> {
    return this.#shrink(0);
  }

  async #shrink(left: number): Promise<void> {
    const { size } = this.#programs;
    const spare = [...this.#programs].slice(0, Math.max(0, size - left));
    for (const [key] of spare) this.#programs.delete(key);
    // Whoever asked for one that could not be compiled has been told.
    for (const [, program] of spare) await (await program.catch(() => undefined))?.dispose();
  }
}
