import type { Value } from '../graph/value.ts';
import { add, div, maximum, mul, sqrt, sub } from '../ops/elementwise.ts';
import { concat, reshape, split } from '../ops/layout.ts';
import { reduceMean } from '../ops/reduce.ts';
import { decayed, groupRate } from './decay.ts';
import { elementCount, type StateGroup } from './flat-state.ts';
import { type HostStep, kept } from './host-step.ts';
import type { Optimizer, SettingsOf } from './optimizer.ts';

type Member = StateGroup['members'][number];

/** Matrices keep one number a row and one a column, all else one an element. */
function statisticSizes({ shape }: Pick<Member, 'shape'>): {
  readonly rows: number;
  readonly columns: number;
} {
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
export function adafactor(settings: SettingsOf<'adafactor'>): Optimizer {
  const { decayRate, epsilon, clipThreshold, weightDecay } = settings;
  return {
    isElementwise: false,
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
    slice(kind, buffer, { group, index }) {
      const sizes = group.members.map((member) => {
        const { rows, columns } = statisticSizes(member);
        return kind === 'columns' ? columns : rows;
      });
      const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
      return buffer.subarray(start, start + (sizes[index] as number));
    },
    updateOnHost: (step) => updateOnHost(step, settings),
  };
}

function parts(x: Value, sizes: readonly number[]): Value[] {
  return sizes.length === 1 ? [x] : split(x, sizes, 0);
}

function joined(values: readonly Value[]): Value {
  return values.length === 1 ? (values[0] as Value) : concat(values, 0);
}

function updateOnHost(step: HostStep, { epsilon, clipThreshold }: SettingsOf<'adafactor'>): void {
  const { weights, gradient, factor, scalars, group, shape } = step;
  const { rows, columns } = statisticSizes({ shape });
  const row = step.buffers.rows as Float32Array;
  const column = step.buffers.columns;
  const keep = scalars.keep as number;
  const fresh = scalars.fresh as number;
  const width = columns === 0 ? 1 : columns;
  const square = (at: number): number => ((gradient[at] as number) * factor) ** 2 + epsilon;
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < width; c++) {
      const u = square(r * width + c);
      rowSums[r]! += u;
      if (columns > 0) columnSums[c]! += u;
    }
  let rowMean = 0;
  for (let r = 0; r < rows; r++) {
    row[r] = (row[r] as number) * keep + (rowSums[r]! / width) * fresh;
    rowMean += row[r]! / rows;
  }
  if (column !== undefined)
    for (let c = 0; c < columns; c++)
      column[c] = (column[c] as number) * keep + (columnSums[c]! / rows) * fresh;
  const root = (r: number, c: number): number =>
    columns === 0 ? Math.sqrt(row[r]!) : Math.sqrt((row[r]! / rowMean) * column![c]!);
  let squares = 0;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < width; c++)
      squares += (((gradient[r * width + c] as number) * factor) / root(r, c)) ** 2;
  const rms = Math.sqrt(squares / weights.length);
  const scale = (factor * (scalars.rate as number) * group.rate) / Math.max(1, rms / clipThreshold);
  const remaining = kept(step);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < width; c++) {
      const at = r * width + c;
      const change = ((gradient[at] as number) * scale) / root(r, c);
      weights[at] = (weights[at] as number) * remaining - change;
    }
}
