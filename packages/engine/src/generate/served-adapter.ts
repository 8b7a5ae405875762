import type { AdaptHooks } from '../adapt/adaptation.ts';
import { loraLinear } from '../adapt/lora-layer.ts';
import { adaptedLinears } from '../adapt/targets.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { input, type Value } from '../graph/value.ts';
import type { Adapter } from '../peft/peft.ts';
import { isVirtual, type VirtualTokens, virtualTensor } from '../peft/peft-virtual.ts';
import { type ServedVirtualTokens, servedVirtualTokens, virtualHooks } from './virtual-tokens.ts';
import { adapterFeeds, type Feeds } from './weights.ts';

/** An adapter that fits its model: what stands beside the linear layers, or what comes before every text. */
export type ServedAdapter = {
  readonly layers?: Feeds;
  readonly virtual?: ServedVirtualTokens;
};

/** Checks an adapter against a model. Throws RangeError for a tensor that does not fit it. */
export function servedAdapter(
  model: AnyModelFolder,
  adapter: Adapter | VirtualTokens,
): ServedAdapter {
  if (isVirtual(adapter)) return { virtual: servedVirtualTokens(model, adapter) };
  return { layers: adapterFeeds(model, adapter) };
}

/** The feeds of what an adapter adds to a graph. */
export function adapterInputs({ layers, virtual }: ServedAdapter): Feeds {
  return virtual === undefined ? { ...layers } : { [virtualTensor]: virtual.tensor };
}

/** Virtual tokens that have places of their own among a text's; those of a prefix stand before its places. */
export function placedVirtualTokens({ virtual }: ServedAdapter): number {
  return virtual?.method === 'prompt' ? virtual.count : 0;
}

/** What the adapter changes in one forward pass over whole texts, with `adapterInputs` as inputs. */
export function adaptedHooks(
  model: AnyModelFolder,
  { layers, virtual }: ServedAdapter,
): AdaptHooks {
  if (virtual !== undefined) return virtualHooks(model, virtual);
  if (layers === undefined) return {};
  const modules = new Set(adaptedLinears(model.config, 'all-linear').map(({ module }) => module));
  const made = new Map<string, Value>();
  const half = (name: string): Value => {
    const value = made.get(name) ?? input(name, layers[name]?.shape ?? [], 'float32');
    made.set(name, value);
    return value;
  };
  return {
    linear(module, x, base) {
      if (!modules.has(module)) return base.whole(x);
      const factors = { a: half(`${module}.lora_A`), b: half(`${module}.lora_B`) };
      return loraLinear(base.whole(x), x, { ...factors, scale: 1 });
    },
  };
}
