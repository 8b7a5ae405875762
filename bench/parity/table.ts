import { families } from '@lathe/engine/internal/parity/family-tasks';
import type { HttpRow } from './through-http.ts';
import type { ShardRow } from './through-shards.ts';

/** The largest relative differences of one run; `outputs` only where they were recorded. */
export type ParityRow = {
  readonly model: string;
  readonly family: string;
  readonly method: string;
  readonly objective: string;
  readonly outputs?: number | undefined;
  readonly loss: number;
  readonly gradients: number;
  readonly curveLoss: number;
  readonly curveNorm: number;
};

const columns = ['loss', 'gradients', 'curveLoss', 'curveNorm'] as const;

/** One row for each combination: runs that were recorded twice count with the worse of both. */
export function withoutRepeats(all: readonly ParityRow[]): ParityRow[] {
  const found = new Map<string, ParityRow>();
  for (const row of all) {
    const key = `${row.model} ${row.method} ${row.objective}`;
    const known = found.get(key);
    const worst = Object.fromEntries(
      columns.map((column) => [column, Math.max(row[column], known?.[column] ?? 0)]),
    );
    found.set(key, { ...row, outputs: known?.outputs ?? row.outputs, ...worst });
  }
  const order = [...families] as string[];
  return [...found.values()].toSorted((a, b) => order.indexOf(a.model) - order.indexOf(b.model));
}

function shardLine({ task, model, objective, curveLoss, curveNorm }: ShardRow): string {
  const distances = [curveLoss, curveNorm].map((value) => value.toExponential(0));
  return `| ${[task, model, objective, ...distances].join(' | ')} |`;
}

function httpLine({ name, task, model, loss, norm, weights }: HttpRow): string {
  const distances = [loss, norm, weights].map((value) => value.toExponential(0));
  return `| ${[name, task, model, ...distances].join(' | ')} |`;
}

/** docs/parity.md. */
export function parityDocument(
  table: readonly ParityRow[],
  shards: readonly ShardRow[],
  jobs: readonly HttpRow[],
): string {
  const number = (value: number): string => value.toExponential(0);
  const models = families.map((model) => {
    const own = table.filter((row) => row.model === model);
    const outputs = Math.max(...own.map((row) => row.outputs ?? 0));
    return `| ${model} | ${own[0]?.family} | ${number(outputs)} |`;
  });
  const lines = table.map(
    (row) =>
      `| ${row.model} | ${row.method} | ${row.objective} | ${columns.map((column) => number(row[column])).join(' | ')} |`,
  );
  const largest = Math.max(
    ...shards.flatMap((row) => [row.curveLoss, row.curveNorm]),
    ...jobs.flatMap((row) => [row.loss, row.norm]),
    ...table.flatMap((row) => [row.outputs ?? 0, ...columns.map((column) => row[column])]),
  );
  return `# Parity with PyTorch

Written by \`npm run parity\`; do not edit. Each number is the largest relative difference between this engine and
PyTorch (transformers, peft, trl, sentence-transformers) in float32 on tiny random models, whose vectors the scripts in
\`bench/reference\` recorded. What both compute from the exports of trained models is in
[parity-python.md](parity-python.md).

To record them again, with torch, transformers, peft, trl and sentence-transformers in \`.tools/python\`: run
\`decoders.py\`, \`encoders.py\`, \`methods.py\` and \`preferences.py\` there, then \`node bench/parity/record-runs.ts\` and \`jobs.py\`.

Largest of all ${table.length + shards.length + jobs.length} runs: ${largest.toExponential(1)}.

## Models

The tiny models, and how far their outputs are from PyTorch's: the logits of decoders, the hidden states of encoders.

| model | family | outputs |
| --- | --- | --- |
${models.join('\n')}

## Runs

The loss is that of all examples at the start, or of the first step; gradients are those of the worst tensor at the same
place (one that is zero but for rounding is held to a norm of 1e-3), whole or by their norm and some of their elements;
a curve is 20 steps of training with AdamW, warm-up, decay and clipping, and its columns are the worst step's.

| model | method | objective | loss | gradients | curve: loss | curve: gradient norm |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

## Through the platform

Every task as a job trains it: the recorded rows are written as a token shard and read back, and the recipe opens the
objective. Masked words are those of the recording, since a run draws its own.

| task | model | objective | curve: loss | curve: gradient norm |
| --- | --- | --- | --- | --- |
${shards.map(shardLine).join('\n')}

## Over HTTP

Every task as a user has it: a file of rows is uploaded to a running platform, a job trains all weights on it for six steps, and
its model is downloaded. \`bench/reference/jobs.py\` trained the same rows by transformers and PyTorch, from the texts on.
The last column is the worst element of the downloaded weights, as a part of its tensor's largest (0.1 at least);
\`lathe-tiny\` is written in bfloat16, which keeps 8 bits.

| rows | task | model | loss | gradient norm | weights |
| --- | --- | --- | --- | --- | --- |
${jobs.map(httpLine).join('\n')}
`;
}
