/** Windows and targets are rounded up to a multiple of this, for the sake of the matrix kernels. */
const granule = 16;

/** What an extra run costs, in tokens: keeps tiny micro-batches from looking free. */
const runCost = 48;

/**
 * A query costs as much with so many times hiddenSize keys as all else that is done for its token, in products and in what is done to
 * scores: by ONNX Runtime's times of SmolLM2-135M and windows of 416 tokens.
 */
const attentionScale = 2.25;

/** Queries are taken in blocks, which see keys that their first queries do not: so many more than the mean query would. */
const blockKeys = 48;

/**
 * What runs of `rows` windows cost, in tokens of all but attention, for steps of so many windows: those that stay empty and what each
 * run costs by itself included. Queries see what comes before them in the window.
 */
export function windowsCost(
  windowsPerStep: readonly number[],
  { rows, tokens }: { readonly rows: number; readonly tokens: number },
  hiddenSize: number,
): number {
  const keys = Math.min(tokens, tokens / 2 + blockKeys);
  const each = 1 + keys / (attentionScale * hiddenSize);
  return runsOf(windowsPerStep, rows) * (rows * tokens * each + runCost);
}

/** Up to a multiple that suits the matrix kernels. */
export function roundUp(count: number): number {
  return Math.ceil(count / granule) * granule;
}

/** Down to such a multiple. */
export function roundDown(count: number): number {
  return Math.floor(count / granule) * granule;
}

/** The number of rows for which all steps together run the fewest padded tokens. */
export function chooseRows(
  windowsPerStep: readonly number[],
  tokens: number,
  microBatchTokens: number,
): number {
  const limit = mostRows(windowsPerStep, tokens, microBatchTokens);
  let best = { rows: 1, cost: Number.POSITIVE_INFINITY };
  for (let rows = 1; rows <= limit; rows++) {
    const cost = runsOf(windowsPerStep, rows) * (rows * tokens + runCost);
    if (cost <= best.cost) best = { rows, cost };
  }
  return best.rows;
}

/** How many micro-batches of so many rows all steps take. */
function runsOf(windowsPerStep: readonly number[], rows: number): number {
  return windowsPerStep.reduce((sum, count) => sum + Math.ceil(count / rows), 0);
}

/** As many rows as the largest step has, or as there is room for. */
export function mostRows(
  windowsPerStep: readonly number[],
  tokens: number,
  microBatchTokens: number,
): number {
  const worst = windowsPerStep.reduce((most, count) => Math.max(most, count), 1);
  return Math.max(1, Math.min(worst, Math.floor(microBatchTokens / tokens)));
}

/** Items in groups of `size`, the last of what is left. */
export function inGroups<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size));
  return groups;
}
