import { decoderTensors } from '../families/decoder-tensors.ts';
import type { ModelFolder } from '../families/model-folder.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import type {
  Residency,
  ResidentAnswers,
  ResidentProgram,
  ResidentTensor,
} from '../runtime/device.ts';
import { KeptPrograms } from '../runtime/kept-programs.ts';
import { arrangeGraph } from './cache-graphs.ts';
import { cacheNames } from './decode-cache.ts';
import { type DecodeKind, decodeGraph } from './decode-graph.ts';
import type { Adapters, Feeds, ServedWeights } from './weights.ts';

export type Residents = Readonly<Record<string, ResidentTensor>>;

/** Feeds that lie partly on the host and partly on the device. */
export type MixedFeeds = Readonly<Record<string, ResidentTensor | Tensor>>;

/** One object, so that it takes one place among the adapters. */
export const noAdapter: Feeds = {};

export type ResidentDecodingOptions = {
  readonly model: ModelFolder;
  readonly weights: ServedWeights;
  readonly residency: Residency;
  readonly maxContext: number;
  /** Adapters, and stacks of them, that stay on the device at most. */
  readonly maxAdapters: number;
};

/**
 * The decoding graphs on a device with a memory of its own, over weights and adapters that were sent there once,
 * one copy for all graphs. Programs live as long as this: a tensor's memory goes with the session that made it.
 */
export class ResidentDecoding {
  readonly #options: ResidentDecodingOptions;
  readonly #programs = new KeptPrograms<ResidentProgram>();
  #weights: Promise<Residents> | undefined;
  /** Oldest use first. */
  readonly #adapters = new Map<Feeds, Residents>();

  constructor(options: ResidentDecodingOptions) {
    this.#options = options;
  }

  /** Runs a decoding graph; new keys and values stay on the device, joined with the past, the logits do not. */
  async decode(
    { kind, adapters, layers }: { kind: DecodeKind; adapters: Adapters; layers: Feeds },
    feeds: MixedFeeds,
  ): Promise<ResidentAnswers> {
    const { model, weights, maxContext } = this.#options;
    const { config } = model;
    const program = await this.#program(`${kind} ${adapters}`, () =>
      decodeGraph({
        config,
        weights: weights.values(adapters, { areFed: true }),
        kind,
        maxContext,
        joinsPast: true,
      }),
    );
    const sent = await this.#sentWeights();
    return program.run({
      // Virtual tokens are not read to the end.
      ...Object.fromEntries(
        program.inputs.flatMap((name) => (name in sent ? [[name, sent[name]!] as const] : [])),
      ),
      ...(await this.#sentAdapter(layers)),
      ...feeds,
    });
  }

  /** The keys and values that virtual tokens leave in a cache, on the host; see DecodeKind. */
  async virtual(feeds: Feeds): Promise<Feeds> {
    const call = { kind: 'virtual', adapters: 'none', layers: noAdapter } as const;
    const { resident } = await this.decode(call, feeds);
    const content: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(resident))
      content[name] = await this.#options.residency.download(tensor);
    disposeAll(resident);
    return content;
  }

  /** Tensors of the host on the device; they are the caller's to dispose of. */
  async upload(tensors: Feeds): Promise<Residents> {
    const sent: Record<string, ResidentTensor> = {};
    for (const [name, tensor] of Object.entries(tensors))
      sent[name] = await this.#options.residency.upload(tensor);
    return sent;
  }

  /** Lays a cache out anew, as cache-graphs.ts says; the old tensors are left to the caller. */
  async arrange(from: Residents, more: Residents | undefined, lines: Feeds): Promise<Residents> {
    const joins = more !== undefined;
    const program = await this.#program(joins ? 'join' : 'arrange', () =>
      arrangeGraph(this.#options.model.config, { joins }),
    );
    const named = (source: string, tensors: Residents = {}) =>
      Object.entries(tensors).map(([name, tensor]) => [`${source}.${name}`, tensor] as const);
    const sources = Object.fromEntries([...named('from', from), ...named('more', more)]);
    return (await program.run({ ...sources, ...lines })).resident;
  }

  async dispose(): Promise<void> {
    for (const adapter of this.#adapters.values()) disposeAll(adapter);
    this.#adapters.clear();
    disposeAll((await this.#weights) ?? {});
    this.#weights = undefined;
    await this.#programs.dispose();
  }

  #program(key: string, graph: () => Graph): Promise<ResidentProgram> {
    const { model, residency } = this.#options;
    return this.#programs.get(key, () => residency.compile(graph(), cacheNames(model.config)));
  }

  /** Tensor by tensor, so that the host never holds more than one that is not of half precision. */
  #sentWeights(): Promise<Residents> {
    const { model, weights, residency } = this.#options;
    this.#weights ??= (async () => {
      const sent: Record<string, ResidentTensor> = {};
      for (const [name, { shape }] of decoderTensors(model.config)) {
        const entry = model.tensors.get(name) as TensorEntry;
        const tensor = weights.feeds[name] ?? {
          data: await readTensor(entry),
          shape,
          dtype: 'float32',
        };
        sent[name] = await residency.upload(tensor);
      }
      return sent;
    })();
    return this.#weights;
  }

  async #sentAdapter(layers: Feeds): Promise<Residents> {
    const sent = this.#adapters.get(layers) ?? (await this.upload(layers));
    this.#adapters.delete(layers);
    this.#adapters.set(layers, sent);
    for (const [oldest, adapter] of this.#adapters) {
      if (this.#adapters.size <= this.#options.maxAdapters) break;
      this.#adapters.delete(oldest);
      disposeAll(adapter);
    }
    return sent;
  }
}

export function disposeAll(tensors: Residents): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}
