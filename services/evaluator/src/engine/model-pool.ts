import type { GeneratedToken, Generator } from '@lathe/engine/generator';
import type { AnyModelFolder } from '@lathe/engine/model-folder';
import type { Predictor, Question } from '@lathe/engine/predictor';
import type { EngineModel, EngineText, GenerateRequest, LoadedModel, OnRead } from './engine.ts';

/** A model in memory as the pool drives it: what an answer keeps to comes with its request. */
export type PooledModel = Pick<Generator, 'score' | 'unloadAdapter' | 'dispose'> &
  Pick<Predictor, 'predict'> & {
    generate(
      request: GenerateRequest & Reading & { readonly adapter?: string },
      signal?: AbortSignal,
    ): AsyncIterable<GeneratedToken>;
    /** Bytes of its weights in memory. */
    readonly bytes: number;
    /** Reads the adapter in a folder, which is its name from then on; gives its bytes. Throws what reading it throws. */
    loadAdapter(folder: string): Promise<number>;
  };

/** For whom a prompt is read, and who is told how much of it is. */
export type Reading = { readonly scope: string; readonly onRead: OnRead };

type Asked = { readonly question: Question; readonly texts: readonly EngineText[] };

/** A model in use; `close` when done, so that it may make room for another. */
export type OpenModel = {
  generate(
    request: GenerateRequest & Reading,
    signal: AbortSignal,
  ): ReturnType<PooledModel['generate']>;
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
  /** Bytes that models and adapters may have together. What is in use stays, however large it is. */
  readonly mostBytes: number;
  /** Told, whenever models come or go, how many of these bytes they leave. */
  readonly leave: (bytes: number) => void;
  /** Told what is in memory, whenever that changes. */
  readonly onChange: (loaded: readonly LoadedModel[]) => void;
  /** Told when something could not be given up; nothing else depends on it. */
  readonly onError: (error: unknown) => void;
};

type Loaded<T> = {
  readonly value: Promise<T>;
  /** 0 until it is there. */
  bytes: number;
  /** When it was there, in milliseconds since 1970; 0 until then. */
  sinceMs: number;
  users: number;
  /** Counts up: of two the larger was used later. */
  usedAt: number;
  readonly drop: () => void;
};
/** A model and the adapters on it, by their folders. */
type Base = Loaded<PooledModel> & { readonly adapters: Map<string, Loaded<number>> };

/**
 * Keeps models, and adapters on the models that they were tuned on, as long as they fit into memory together; then those
 * that nobody uses make room, least recently used first.
 */
export function createModelPool(ports: PoolPorts): ModelPool {
  const models = new Map<string, Base>();
  let uses = 0;
  let told = '[]';

  const guard = (action: () => Promise<void>) => () => void action().catch(ports.onError);
  const loadModel = (model: EngineModel): Base => {
    const value = ports.openFolder(model.folder).then((folder) => ports.openModel(folder, model));
    const drop = guard(async () => (await value).dispose());
    return { ...{ value, drop, ...unread }, adapters: new Map() };
  };
  const loadAdapter = (pooled: PooledModel, folder: string): Loaded<number> => ({
    ...{ value: pooled.loadAdapter(folder), ...unread },
    drop: guard(async () => pooled.unloadAdapter(folder)),
  });
  const touch = (entry: Loaded<unknown>): void => {
    entry.usedAt = ++uses;
  };

  const tell = (): void => {
    const loaded = [...models].flatMap(([folder, base]) => [
      ...loadedAs(folder, null, base),
      ...[...base.adapters].flatMap(([adapter, entry]) => loadedAs(adapter, folder, entry)),
    ]);
    const text = JSON.stringify(loaded);
    if (text === told) return;
    told = text;
    ports.onChange(loaded);
  };

  /** Drops what nobody uses, least recently used first, until the rest fits. */
  const trim = (): void => {
    const kept = [...models].flatMap(([folder, base]) => [
      { shelf: models as Shelf, key: folder, entry: base as Loaded<unknown> },
      ...[...base.adapters].map(([key, entry]) => ({ shelf: base.adapters as Shelf, key, entry })),
    ]);
    let bytes = kept.reduce((sum, { entry }) => sum + entry.bytes, 0);
    for (const { shelf, key, entry } of kept.toSorted((a, b) => a.entry.usedAt - b.entry.usedAt)) {
      if (bytes <= ports.mostBytes) break;
      if (entry.users > 0) continue;
      bytes -= entry.bytes;
      drop(shelf, key);
    }
    ports.leave(Math.max(0, ports.mostBytes - bytes));
    tell();
  };
  const giveBack = (shelf: Shelf, entry: Loaded<unknown>): void => {
    entry.users--;
    if (entry.users === 0 && ![...shelf.values()].includes(entry)) entry.drop();
    trim();
  };

  return {
    async open(model) {
      const { folder, adapter } = model;
      const base = await take(models, folder, { load: () => loadModel(model), touch });
      try {
        const pooled = await base.value;
        arrived(base, pooled.bytes);
        const close = (): void => giveBack(models, base);
        if (adapter === null) {
          trim();
          return openModel(pooled, undefined, close);
        }
        const load = () => loadAdapter(pooled, adapter);
        const extra = await take(base.adapters, adapter, { load, touch });
        arrived(extra, await extra.value);
        // Never before its adapters, which are nothing without it.
        touch(base);
        trim();
        return openModel(pooled, adapter, () => {
          giveBack(base.adapters, extra);
          close();
        });
      } catch (error) {
        giveBack(models, base);
        throw error;
      }
    },
    forget(folder) {
      // A base whose files were changed: its adapters are loaded again on top of it.
      drop(models, folder);
      for (const { adapters } of models.values()) drop(adapters, folder);
      tell();
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

/** As it is before it is there. */
const unread = { bytes: 0, sinceMs: 0, users: 0, usedAt: 0 };

function arrived(entry: Loaded<unknown>, bytes: number): void {
  entry.bytes = bytes;
  if (entry.sinceMs === 0) entry.sinceMs = Date.now();
}

/** As it is told; nothing before it is there. */
function loadedAs(
  folder: string,
  on: string | null,
  { bytes, sinceMs }: Loaded<unknown>,
): LoadedModel[] {
  return sinceMs === 0 ? [] : [{ folder, on, bytes, sinceMs }];
}

type Shelf = Map<string, Loaded<unknown>>;

/** The entry under a key, loaded when missing, as the most recently used one, with one user more. */
async function take<Entry extends Loaded<unknown>>(
  shelf: Map<string, Entry>,
  key: string,
  { load, touch }: { readonly load: () => Entry; readonly touch: (entry: Entry) => void },
): Promise<Entry> {
  const entry = shelf.get(key) ?? load();
  shelf.set(key, entry);
  entry.users++;
  touch(entry);
  try {
    await entry.value;
    return entry;
  } catch (error) {
    // The next request tries to load it again.
    if (shelf.get(key) === entry) shelf.delete(key);
    throw error;
  }
}

/** Takes the entry from the shelf; its last user drops it when it is in use. */
function drop(shelf: Map<string, Loaded<unknown>>, key: string): void {
  const entry = shelf.get(key);
  if (entry === undefined) return;
  shelf.delete(key);
  if (entry.users === 0) entry.drop();
}
