/** Writes the table of metrics into docs/observability.md: `node tools/write-metrics.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import { type MetricDeclaration, metrics } from '@lathe/contracts/metric';

const begin = '<!-- metrics: written by node tools/write-metrics.ts -->\n';
const end = '<!-- end of metrics -->';

/** The document with the table of all metrics between its two marks. Throws when a mark is missing. */
export function withMetrics(document: string): string {
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('the marks are not there');
  const rows = Object.entries<MetricDeclaration>(metrics).map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  );
  const head = ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |'];
  return `${before}${begin}${[...head, ...rows].join('\n')}\n${end}${after}`;
}

if (import.meta.main) {
  const file = new URL('../docs/observability.md', import.meta.url);
  await writeFile(file, withMetrics(await readFile(file, 'utf8')));
}
