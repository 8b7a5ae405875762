import type { GeneratedToken, Generator } from '@lathe/engine/generator';
import type { AnyModelFolder } from '@lathe/engine/model-folder';
import type { Predictor, Question } from '@lathe/engine/predictor';
import type { EngineModel, EngineText, GenerateRequest } from './engine.ts';

/** A model in memory as the pool drives it: what an answer keeps to comes with its request. */
export type PooledModel = Pick<Generator, 'score' | 'unloadAdapter' | 'dispose'> &
  Pick<Predictor, 'predict'> & {
    generate(
      request: GenerateRequest & { readonly adapter?: string },
      signal?: AbortSignal,
    ): AsyncIterable<GeneratedToken>;
    /** Reads the adapter in a folder, which is its name from then on. Throws what reading it throws. */
    loadAdapter(folder: string): Promise<void>;
  };

type Asked = { readonly question: Question; readonly texts: readonly EngineText[] };

/** A model in use; `close` when done, so that it may make room for another. */
export type OpenModel = {
  generate(request: GenerateRequest, signal: AbortSignal): ReturnType<PooledModel['generate']>;
  score(examples: Parameters<PooledModel['score']>[0]): ReturnType<PooledModel['score']>;
  predict(asked: Asked, signal: AbortSignal): ReturnType<PooledModel['predict']>;
  close(): void;
};

export type ModelPool = {
  /** Loads what is missing. Throws what reading the folder throws. */
  open(model: EngineModel): Promise<OpenModel>;
  /** Drops a folder's model or adapter as soon as nobody uses it, of a base with all of its adapters. */
  forget(folder: string): void;
};

export type PoolPorts = {
  readonly openFolder: (path: string) => Promise<AnyModelFolder>;
  readonly openModel: (opened: AnyModelFolder, model: EngineModel) => Promise<PooledModel>;
  /** Models with weights of their own, and adapters of one base, that stay in memory. */
  readonly mergedModels: number;
  readonly adapters: number;
  /** Told when something could not be given up; nothing else depends on it. */
  readonly onError: (error: unknown) => void;
};

type Loaded<T> = { readonly value: Promise<T>; users: number; drop: () => void };

/**
 * Keeps models: one a base model for as long as the process lives, and the most recently used
 * of the others. Adapters are added to their base and taken from it, least recently used first.
 */
export function createModelPool(ports: PoolPorts): ModelPool {
  const bases = new Map<string, Loaded<PooledModel>>();
  const merged = new Map<string, Loaded<PooledModel>>();
  const adapters = new Map<string, Map<string, Loaded<void>>>();

  const guard = (action: () => Promise<void>) => () => void action().catch(ports.onError);
  const loadModel = (model: EngineModel): Loaded<PooledModel> => {
    const value = ports.openFolder(model.folder).then((folder) => ports.openModel(folder, model));
    return { value, users: 0, drop: guard(async () => (await value).dispose()) };
  };
  const loadAdapter = (pooled: PooledModel, folder: string): Loaded<void> => ({
    value: pooled.loadAdapter(folder),
    users: 0,
    drop: guard(async () => pooled.unloadAdapter(folder)),
  });

  return {
    async open(model) {
      const { folder, adapter, isBase } = model;
      const shelf = isBase ? bases : merged;
      const most = isBase ? Number.POSITIVE_INFINITY : ports.mergedModels;
      const loaded = await take(shelf, folder, { most, load: () => loadModel(model) });
      try {
        const pooled = await loaded.value;
        const close = (): void => giveBack(shelf, most, loaded);
        if (adapter === null) return openModel(pooled, undefined, close);
        const held = adapters.get(folder) ?? new Map<string, Loaded<void>>();
        adapters.set(folder, held);
        const load = () => loadAdapter(pooled, adapter);
        const extra = await take(held, adapter, { most: ports.adapters, load });
        return openModel(pooled, adapter, () => {
          giveBack(held, ports.adapters, extra);
          close();
        });
      } catch (error) {
        giveBack(shelf, most, loaded);
        throw error;
      }
    },
    forget(folder) {
      drop(merged, folder);
      // A base whose files were changed: its adapters are loaded again on top of it.
      drop(bases, folder);
      adapters.delete(folder);
      for (const held of adapters.values()) drop(held, folder);
    },
  };
}

function openModel(pooled: PooledModel, adapter: string | undefined, close: () => void): OpenModel {
  const which = adapter === undefined ? {} : { adapter };
  let isOpen = true;
  return {
    generate: (request, signal) => pooled.generate({ ...request, ...which }, signal),
    score: (examples) => pooled.score(examples, which),
    predict: ({ question, texts }, signal) => pooled.predict(question, texts, { ...which, signal }),
    close: () => {
      if (isOpen) close();
      isOpen = false;
    },
  };
}

type Shelf<T> = Map<string, Loaded<T>>;

/** The entry under a key, loaded when missing, as the most recently used one, with one user more. */
async function take<T>(
  shelf: Shelf<T>,
  key: string,
  { most, load }: { most: number; load: () => Loaded<T> },
): Promise<Loaded<T>> {
  const entry = shelf.get(key) ?? load();
  shelf.delete(key);
  shelf.set(key, entry);
  entry.users++;
  try {
    await entry.value;
    trim(shelf, most);
    return entry;
  } catch (error) {
    // The next request tries to load it again.
    if (shelf.get(key) === entry) shelf.delete(key);
    throw error;
  }
}

function giveBack<T>(shelf: Shelf<T>, most: number, entry: Loaded<T>): void {
  entry.users--;
  if (entry.users === 0 && ![...shelf.values()].includes(entry)) entry.drop();
  trim(shelf, most);
}

/** Drops unused entries, least recently used first, until at most `most` are left. */
function trim<T>(shelf: Shelf<T>, most: number): void {
  for (const [key, entry] of shelf) {
    if (shelf.size <= most) return;
    if (entry.users === 0) drop(shelf, key);
  }
}

/** Takes the entry from the shelf; its last user drops it when it is in use. */
function drop<T>(shelf: Shelf<T>, key: string): void {
  const entry = shelf.get(key);
  if (entry === undefined) return;
  shelf.delete(key);
  if (entry.users === 0) entry.drop();
}
