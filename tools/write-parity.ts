/** Writes the largest differences of each family in docs/parity.md and docs/parity-python.md for the gateway to tell: `node tools/write-parity.ts`. */
import { readFile, writeFile } from 'node:fs/promises';

const folder = new URL('..', import.meta.url);
export const file = new URL('services/gateway/src/models/family-parity.ts', folder);

/** The table of families as TypeScript. Throws where a page lacks one of its tables. */
export async function familyParityText(): Promise<string> {
  const engine = await readFile(new URL('docs/parity.md', folder), 'utf8');
  const python = await readFile(new URL('docs/parity-python.md', folder), 'utf8');
  const models = rowsUnder(engine, 'model | family | outputs');
  const runs = rowsUnder(engine, 'model | method | objective | loss | gradients');
  const exported = rowsUnder(python, 'model | method | objective | adapter');
  const families = [...new Set(models.map(([, family = '']) => family))].toSorted();
  const entries = families.map((family) => {
    const own = models.filter((row) => row[1] === family);
    const names = new Set(own.map(([name]) => name));
    const of = (rows: string[][], ...columns: number[]) =>
      largest(
        rows.filter(([name]) => names.has(name)).flatMap((row) => columns.map((at) => row[at])),
      );
    const parity = {
      outputs: of(own, 2),
      losses: of(runs, 3, 5),
      gradients: of(runs, 4),
      adapter: of(exported, 3),
      merged: of(exported, 4),
    };
    const fields = Object.entries(parity).map(([name, value]) => `    ${name}: ${value},\n`);
    return `  ${family}: {\n${fields.join('')}  },\n`;
  });
  return `import type { FamilyParity } from '@lathe/contracts/http/model';

/** By family, of docs/parity.md and docs/parity-python.md; written by \`node tools/write-parity.ts\`. */
export const familyParity: Readonly<Record<string, FamilyParity>> = {
${entries.join('')}};
`;
}

/** The cells of the rows of the first table whose head begins so. */
function rowsUnder(page: string, head: string): string[][] {
  const lines = page.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| ${head}`));
  if (at < 0) throw new Error(`there is no table of ${head}`);
  const rows = lines.slice(at + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function largest(cells: readonly (string | undefined)[]): string {
  const numbers = cells.map(Number).filter((value, at) => cells[at] !== '' && !Number.isNaN(value));
  return numbers.length === 0 ? 'null' : Math.max(...numbers).toExponential();
}

if (import.meta.main) await writeFile(file, await familyParityText());
