const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** How much of a whole is done, `share` from 0 to 1, in so many columns. */
export function bar(share: number, columns: number): string {
  const filled = Math.min(1, Math.max(0, share)) * columns;
  const whole = Math.floor(filled);
  const part =
    whole < columns && filled > whole ? (eighths[Math.floor((filled - whole) * 8)] ?? '') : '';
  const inked = '█'.repeat(whole) + part.trim();
  return inked + '░'.repeat(columns - inked.length);
}

type Interval = { readonly value: number; readonly low: number; readonly high: number };

/** A value with its interval, all from 0 to 1, on a line of so many columns: `··├─●─┤···`. */
export function intervalBar({ value, low, high }: Interval, columns: number): string {
  const place = (share: number): number =>
    Math.round(Math.min(1, Math.max(0, share)) * (columns - 1));
  const [from, at, to] = [place(low), place(value), place(high)];
  return Array.from({ length: columns }, (_, column) => {
    if (column === at) return '●';
    if (column === from) return '├';
    if (column === to) return '┤';
    return column > from && column < to ? '─' : '·';
  }).join('');
}

/** Numbers as a curve in at most so many columns: each column is the mean of its share of them. */
export function sparkline(values: readonly number[], columns: number): string {
  const finite = values.filter(Number.isFinite);
  const count = Math.min(finite.length, Math.max(0, columns));
  const means = Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * finite.length) / count);
    const part = finite.slice(from, Math.floor(((column + 1) * finite.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return means
    .map((mean) => {
      const height = high === low ? 0 : (mean - low) / (high - low);
      return levels[Math.round(height * (levels.length - 1))];
    })
    .join('');
}
