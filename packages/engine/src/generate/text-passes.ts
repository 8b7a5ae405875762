import { virtualRows } from '../adapt/prompt-tuning.ts';
import { fillMicroBatch, type MicroBatch, packLengths } from '../batch/packing.ts';
import { type AnyModelFolder, weightsFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';
import { checkText, type EncodedText, typesOf } from '../objectives/encoder-example.ts';
import type { Backbone, Placed } from '../objectives/objective.ts';
import type { Device, Program } from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';
import { backbone } from '../step/forward.ts';
import {
  adaptedHooks,
  adapterInputs,
  placedVirtualTokens,
  type ServedAdapter,
} from './served-adapter.ts';
import type { Feeds, ServedWeights } from './weights.ts';

export type PassOptions = {
  readonly model: AnyModelFolder;
  readonly weights: ServedWeights;
  readonly device: Device;
  /** Most tokens of one text. */
  readonly maxContext: number;
  /** Tokens of a forward pass, padding included, unless one text alone has more. */
  readonly batchTokens: number;
};

/** Room of a pass: windows `[rows, tokens]`, and how many texts or places of texts there may be. */
type PassShape = {
  readonly rows: number;
  readonly tokens: number;
  readonly targets: number;
};

/** A text in a pass; its own tokens, without virtual ones, begin at flat position `start`. */
export type PlacedText = {
  readonly index: number;
  readonly start: number;
  readonly length: number;
};

/** What a pass computes of hidden states, and what comes of it for each text. */
export type Reading = {
  /** Names the graph among those of the model: equal keys mean equal graphs but for the shape. */
  readonly key: string;
  /** How many rows of targets a text takes. */
  targets(index: number): number;
  outputs(backbone: Backbone, shape: PassShape): Readonly<Record<string, Value>>;
  feeds(placed: readonly PlacedText[], shape: PassShape): Feeds;
  /** What comes of each text, in the order of `placed`. */
  read(outputs: Feeds, placed: readonly PlacedText[]): readonly Float32Array<ArrayBuffer>[];
};

export type TextPasses = {
  /**
   * Reads texts and gives what comes of each, in order. Throws RangeError for an empty or too long text or an unknown
   * token, and the signal's reason between two passes.
   */
  run(
    texts: readonly EncodedText[],
    reading: Reading,
    options?: {
      readonly adapter?: ServedAdapter | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Float32Array<ArrayBuffer>[]>;
  dispose(): Promise<void>;
};

/** Windows and rows are powers of two, this one at least, so that few programs serve every length. */
const smallestWindow = 16;
/** Programs that stay compiled, the most recently used ones. */
const keptPrograms = 8;

/**
 * Forward passes over whole texts of mixed lengths. Several share a window, each attending to itself only, so what
 * stands beside a text does not matter.
 */
export function createTextPasses(options: PassOptions): TextPasses {
  const { model, weights, device, maxContext, batchTokens } = options;
  const { config } = model;
  const programs = new KeptPrograms(keptPrograms);
  /** One pass at a time, so that no program is disposed of while it runs. */
  let last: Promise<unknown> = Promise.resolve();

  function programFor(
    shape: PassShape,
    reading: Reading,
    adapter: ServedAdapter,
  ): Promise<Program> {
    const key = [...Object.values(shape), reading.key, signatureOf(adapter)].join(' ');
    return programs.get(key, () => {
      const { tensor } = weights.values('none');
      const hooks = adaptedHooks(model, adapter);
      const outputs = reading.outputs(backbone({ config, shape, tensor, hooks }), shape);
      return device.compile({ outputs }, { mapFolder: weightsFolder(model) });
    });
  }

  async function pass(
    texts: readonly Whole[][],
    reading: Reading,
    { tokens, adapter }: { readonly tokens: number; readonly adapter: ServedAdapter },
  ): Promise<Map<number, Float32Array<ArrayBuffer>>> {
    const targets = texts.flat().reduce((sum, { index }) => sum + reading.targets(index), 0);
    const shape = { rows: powerOfTwo(texts.length), tokens, targets: powerOfTwo(targets) };
    const program = await programFor(shape, reading, adapter);
    const batch = fillMicroBatch(texts, shape, { sequences: (text) => [text.tokens] });
    const ahead = placedVirtualTokens(adapter);
    const placed = batch.placed.map(({ example, places: [[start = 0] = []] }) => ({
      index: example.index,
      start: start + ahead,
      length: example.tokens.length - ahead,
    }));
    const feeds: Feeds = {
      ...weights.feeds,
      ...adapterInputs(adapter),
      ...(ahead > 0 && { [virtualRows]: int32(virtualRowsOf(batch, ahead)) }),
      ...reading.feeds(placed, shape),
      tokens: int32(batch.tokens),
      positions: int32(batch.positions),
      ends: int32(batch.ends),
      token_types: int32(typesIn(batch)),
    };
    // Not every weight is read, and not every family has types.
    const asked = Object.entries(feeds).filter(([name]) => program.inputs.includes(name));
    const results = reading.read(await program.run(Object.fromEntries(asked)), placed);
    return new Map(
      placed.map(({ index }, at) => [index, results[at] as Float32Array<ArrayBuffer>]),
    );
  }

  return {
    async run(texts, reading, { adapter = {}, signal } = {}) {
      const room = maxContext - (adapter.virtual?.count ?? 0);
      const limits = { maxTokens: room, vocabularySize: config.vocabularySize };
      for (const [index, text] of texts.entries())
        checkText(text, `input ${index}`, { limits, config });
      const ahead = placedVirtualTokens(adapter);
      const wholes = texts.map((text, index) => whole(text, index, { ahead, config }));
      const lengths = wholes.map(({ tokens }) => tokens.length);
      const longest = lengths.reduce((most, length) => Math.max(most, length), smallestWindow);
      const tokens = Math.min(powerOfTwo(longest), Math.max(maxContext, smallestWindow));
      const windows = packLengths(lengths, tokens).map((window) =>
        window.map((index) => wholes[index] as Whole),
      );
      const rows = 2 ** Math.floor(Math.log2(Math.max(1, batchTokens / tokens)));
      const results = new Map<number, Float32Array<ArrayBuffer>>();
      for (let at = 0; at < windows.length; at += rows) {
        signal?.throwIfAborted();
        const turn = last.then(() =>
          pass(windows.slice(at, at + rows), reading, { tokens, adapter }),
        );
        last = turn.catch(() => undefined);
        for (const [index, result] of await turn) results.set(index, result);
      }
      return texts.map((_, index) => results.get(index) as Float32Array<ArrayBuffer>);
    },
    async dispose() {
      await last;
      await programs.dispose();
    },
  };
}

/** A text with room for virtual tokens before it. */
type Whole = {
  readonly index: number;
  readonly tokens: Int32Array;
  readonly types: Int32Array | undefined;
};

function whole(
  text: EncodedText,
  index: number,
  { ahead, config }: { readonly ahead: number; readonly config: AnyModelFolder['config'] },
): Whole {
  const tokens = new Int32Array(ahead + text.tokens.length);
  tokens.set(text.tokens, ahead);
  return { index, tokens, types: typesOf(config)?.(text)[0] };
}

/** What the graph of an adapter depends on. */
function signatureOf({ layers, virtual }: ServedAdapter): string {
  if (virtual !== undefined) return `${virtual.method} ${virtual.count}`;
  const [first] = Object.values(layers ?? {});
  return first === undefined ? 'plain' : `rank ${first.shape[0]}`;
}

/** Which virtual token each place of a batch is: the first `ahead` of every sequence, −1 for the others. */
function virtualRowsOf({ tokens, placed }: MicroBatch<Whole>, ahead: number): Int32Array {
  const rows = new Int32Array(tokens.length).fill(-1);
  for (const {
    places: [[start = 0] = []],
  } of placed)
    for (let at = 0; at < ahead; at++) rows[start + at] = at;
  return rows;
}

/** Token types `[rows · tokens]`; padding is of type 0. */
function typesIn({ tokens, placed }: MicroBatch<Whole>): Int32Array {
  const all = new Int32Array(tokens.length);
  for (const { example, places } of placed as readonly Placed<Whole>[])
    if (example.types !== undefined) all.set(example.types, places[0]?.[0]);
  return all;
}

/** The least power of two that is not below a number. */
function powerOfTwo(least: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(least)));
}

function int32(data: Int32Array): Tensor {
  return { data, shape: [data.length], dtype: 'int32' };
}
