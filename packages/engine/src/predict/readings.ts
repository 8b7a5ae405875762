import type { ModelConfig } from '../families/model-config.ts';
import type { Pooling } from '../families/sentence-folder.ts';
import { NotFiniteError } from '../generate/not-finite-error.ts';
import type { PlacedText, Reading } from '../generate/text-passes.ts';
import type { Feeds } from '../generate/weights.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import type { Head } from '../models/heads.ts';
import { pooled, poolingFeeds } from '../objectives/pooling.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { toUnitLength } from './unit-length.ts';

type Values = Float32Array<ArrayBuffer>;

/** Scores of whole texts, `[labels]` each. */
export function textScores(config: ModelConfig, head: Head, labels: number): Reading {
  return {
    key: `texts ${labels}`,
    targets: () => 1,
    outputs: ({ hidden, tensor }, shape) => ({
      scores: head.scores(tensor, pooled(config, hidden, { ...shape, examples: 0 })),
    }),
    feeds: (placed, shape) =>
      poolingFeeds(
        config,
        placed.map(({ start, length }) => ({
          example: { tokens: { length } },
          places: [Int32Array.from({ length }, (_, at) => start + at)],
        })),
        { ...shape, examples: 0 },
      ),
    read(outputs, placed) {
      const scores = dataOf(outputs, 'scores');
      return placed.map((_, at) => finite(scores.slice(at * labels, (at + 1) * labels)));
    },
  };
}

/** Scores of each token, `[tokens, width]` of a text. */
export function tokenScores(head: Head, width: number): Reading {
  return {
    key: `tokens ${width}`,
    targets: () => 0,
    outputs: ({ hidden, tensor }) => ({ scores: head.scores(tensor, hidden) }),
    feeds: () => ({}),
    read: (outputs, placed) => rowsOf(outputs, 'scores', { placed, width }),
  };
}

/** Scores of the whole vocabulary at some places of each text, `[places, width]` of a text. */
export function wordScores(head: Head, width: number, places: readonly Int32Array[]): Reading {
  return {
    key: 'words',
    targets: (index) => places[index]?.length ?? 0,
    outputs: ({ hidden, tensor }, { targets }) => ({
      scores: head.scores(tensor, gatherRows(hidden, input('word_places', [targets], 'int32'))),
    }),
    feeds(placed, { targets }) {
      const data = new Int32Array(targets);
      data.set(
        placed.flatMap(({ index, start }) => [...(places[index] ?? [])].map((at) => start + at)),
      );
      return { word_places: { data, shape: [targets], dtype: 'int32' } };
    },
    read(outputs, placed) {
      const scores = dataOf(outputs, 'scores');
      let at = 0;
      return placed.map(({ index }) => {
        const from = at;
        at += (places[index]?.length ?? 0) * width;
        return finite(scores.slice(from, at));
      });
    },
  };
}

/** The hidden states, `[tokens, width]` of a text. */
export function hiddenStates(width: number): Reading {
  return {
    key: 'states',
    targets: () => 0,
    outputs: ({ hidden }) => ({ hidden }),
    feeds: () => ({}),
    read: (outputs, placed) => rowsOf(outputs, 'hidden', { placed, width }),
  };
}

/** One vector a text, `[width]`: brought to length 1 where asked. Means are taken in float64. */
export function textVectors(
  width: number,
  { pooling, normalized }: { readonly pooling: Pooling; readonly normalized: boolean },
): Reading {
  const states = hiddenStates(width);
  return {
    ...states,
    read(outputs, placed) {
      return states.read(outputs, placed).map((rows) => {
        const vector = pooledRows(rows, width, pooling);
        return normalized ? toUnitLength(vector) : Float32Array.from(vector);
      });
    },
  };
}

function pooledRows(rows: Float32Array, width: number, pooling: Pooling): ArrayLike<number> {
  if (pooling === 'first') return rows.subarray(0, width);
  if (pooling === 'last') return rows.subarray(rows.length - width);
  const mean = new Float64Array(width);
  for (let at = 0; at < rows.length; at++) (mean[at % width] as number) += rows[at] as number;
  return mean.map((sum) => sum / (rows.length / width));
}

function rowsOf(
  outputs: Feeds,
  name: string,
  { placed, width }: { readonly placed: readonly PlacedText[]; readonly width: number },
): Values[] {
  const data = dataOf(outputs, name);
  const what = name === 'hidden' ? 'the hidden states' : 'the scores';
  return placed.map(({ start, length }) =>
    finite(data.slice(start * width, (start + length) * width), what),
  );
}

function dataOf(outputs: Feeds, name: string): Values {
  return (outputs[name] as Tensor).data as Values;
}

function finite(values: Values, what = 'the scores'): Values {
  if (!values.every(Number.isFinite)) throw new NotFiniteError(what);
  return values;
}
