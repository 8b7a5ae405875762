import type { Value } from '../graph/value.ts';
import { add, div, maximum, mul, sqrt, sub } from '../ops/elementwise.ts';
import { concat, reshape, split } from '../ops/layout.ts';
import { reduceMean } from '../ops/reduce.ts';
import { decayed, groupRate } from './decay.ts';
import { elementCount, type StateGroup } from './flat-state.ts';
import type { Optimizer } from './optimizer.ts';

export type AdafactorSettings = {
  readonly decayRate: number;
  readonly epsilon: number;
  readonly clipThreshold: number;
  readonly weightDecay: number;
};

type Member = StateGroup['members'][number];

/** Matrices keep one number a row and one a column, all else one an element. */
function statisticSizes({ shape }: Member): { readonly rows: number; readonly columns: number } {
  if (shape.length < 2) return { rows: elementCount(shape), columns: 0 };
  const columns = shape.at(-1) as number;
  return { rows: elementCount(shape) / columns, columns };
}

/**
 * Adafactor (Shazeer and Stern 2018) with a given learning rate and without momentum, as transformers
 * runs it: β₂ = 1 − t^−decayRate, u = g² + ε; of a matrix only the means of u over columns and over rows
 * are averaged, r' = β₂r + (1−β₂)·mean(u, columns) and c' likewise, and the step is
 * g / √(r'/mean(r') · c'), divided by max(1, its RMS / clipThreshold). Memory: rows + columns.
 */
export function adafactor(settings: AdafactorSettings): Optimizer {
  const { decayRate, epsilon, clipThreshold, weightDecay } = settings;
  return {
    buffers(group) {
      const sizes = group.members.map(statisticSizes);
      const rows = sizes.reduce((sum, size) => sum + size.rows, 0);
      const columns = sizes.reduce((sum, size) => sum + size.columns, 0);
      return columns === 0 ? { rows } : { rows, columns };
    },
    scalars: (learningRate, step) => ({
      rate: learningRate,
      keep: 1 - step ** -decayRate,
      fresh: step ** -decayRate,
      ...(weightDecay === 0 ? {} : { decay: learningRate * weightDecay }),
    }),
    update({ group, buffers, gradient, factor, scalar }) {
      const { members } = group;
      const sizes = members.map(statisticSizes);
      const whole = members.map(({ shape }) => elementCount(shape));
      const gradients = parts(mul(gradient, factor), whole);
      const oldRows = parts(
        buffers.rows!,
        sizes.map(({ rows }) => rows),
      );
      const widths = sizes.map(({ columns }) => columns).filter((columns) => columns > 0);
      const oldColumns = buffers.columns === undefined ? [] : parts(buffers.columns, widths);
      const average = (old: Value, now: Value): Value =>
        add(mul(old, scalar('keep')), mul(now, scalar('fresh')));
      const nextRows: Value[] = [];
      const nextColumns: Value[] = [];
      const changes: Value[] = [];
      for (const [at, { rows, columns }] of sizes.entries()) {
        const flat = gradients[at] as Value;
        const oldRow = oldRows[at] as Value;
        let change: Value;
        if (columns === 0) {
          const variance = average(oldRow, add(mul(flat, flat), epsilon));
          nextRows.push(variance);
          change = div(flat, sqrt(variance));
        } else {
          const matrix = reshape(flat, [rows, columns]);
          const squares = add(mul(matrix, matrix), epsilon);
          const row = average(oldRow, reduceMean(squares, { axes: [1], keepDims: false }));
          const oldColumn = oldColumns[nextColumns.length] as Value;
          const column = average(oldColumn, reduceMean(squares, { axes: [0], keepDims: false }));
          nextRows.push(row);
          nextColumns.push(column);
          const rowRoot = sqrt(div(row, reduceMean(row)));
          const scaled = div(matrix, reshape(rowRoot, [rows, 1]));
          change = reshape(div(scaled, sqrt(reshape(column, [1, columns]))), [rows * columns]);
        }
        const rms = sqrt(reduceMean(mul(change, change)));
        changes.push(div(change, maximum(mul(rms, 1 / clipThreshold), 1)));
      }
      const rate = groupRate(group, scalar);
      const kept = decayed(buffers.weights!, group, { weightDecay, scalar });
      return {
        weights: sub(kept, mul(joined(changes), rate)),
        rows: joined(nextRows),
        ...(nextColumns.length === 0 ? {} : { columns: joined(nextColumns) }),
      };
    },
  };
}

function parts(x: Value, sizes: readonly number[]): Value[] {
  return sizes.length === 1 ? [x] : split(x, sizes, 0);
}

function joined(values: readonly Value[]): Value {
  return values.length === 1 ? (values[0] as Value) : concat(values, 0);
}
