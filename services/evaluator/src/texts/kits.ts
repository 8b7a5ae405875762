import { type ModelKit, openModelKit } from './model-kit.ts';

/** Folders whose tokenizers stay in memory, the most recently used ones. */
const keptKits = 32;

/** Tokenizers and templates by their folder, opened when they are needed. */
export type Kits = {
  /** Throws what `openModelKit` throws. `isFresh`: what was opened before does not count. */
  open(folder: string, isFresh?: boolean): Promise<ModelKit>;
  forget(folder: string): void;
};

export function createKits(): Kits {
  const kits = new Map<string, Promise<ModelKit>>();
  return {
    async open(folder, isFresh = false) {
      const opened = (isFresh ? undefined : kits.get(folder)) ?? openModelKit(folder);
      kits.delete(folder);
      kits.set(folder, opened);
      for (const oldest of kits.keys()) if (kits.size > keptKits) kits.delete(oldest);
      try {
        return await opened;
      } catch (error) {
        // Another try may find a folder that is whole.
        kits.delete(folder);
        throw error;
      }
    },
    forget: (folder) => void kits.delete(folder),
  };
}
