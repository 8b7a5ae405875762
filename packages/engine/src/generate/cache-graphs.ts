import type { DecoderConfig } from '../families/decoder-config.ts';
import type { Graph } from '../graph/graph.ts';
import { input, type Value } from '../graph/value.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat, reshape } from '../ops/layout.ts';
import { cacheNames } from './decode-cache.ts';

/**
 * Lays a cache out anew where it lies: other slots, another order, another capacity. Every key and value is one
 * line of headSize numbers, and `lines` [slots, keyValueHeads, capacity] says which line goes where, counted
 * over `from.<name>` [slots, keyValueHeads, capacity, headSize] and, with `joins`, on through
 * `more.<name>` of other slots. Outputs: `<name>` of all layers in the form of `lines`.
 */
export function arrangeGraph(config: DecoderConfig, { joins }: { joins: boolean }): Graph {
  const { keyValueHeads, headSize } = config;
  const lines = input('lines', ['slots', keyValueHeads, 'places'], 'int32');
  const sources = joins ? ['from', 'more'] : ['from'];
  const linesOf = (source: string, name: string): Value =>
    reshape(
      input(`${source}.${name}`, [`${source}Slots`, keyValueHeads, `${source}Places`, headSize]),
      [-1, headSize],
    );
  const outputs = cacheNames(config).map((name): [string, Value] => {
    const all = concat(
      sources.map((source) => linesOf(source, name)),
      0,
    );
    return [name, gatherRows(all, lines)];
  });
  return { outputs: Object.fromEntries(outputs) };
}
