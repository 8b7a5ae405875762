import { writeFileSync } from 'node:fs';
import type { Op } from '../graph/value.ts';
import { families } from './index.ts';

/** `docs/operators.md` as it should be. */
export function operatorsDocument(): string {
  const lines = [
    '# Operators',
    '',
    'Written by `node packages/engine/src/ops/document.ts`; a test checks that it is fresh. Each operator is one entry',
    'of the family file named above it, with its gradient and its lowering.',
  ];
  for (const [file, ops] of Object.entries(families)) {
    lines.push('', `## ${file}`, '', '| operator | meaning and gradient | no gradient because |');
    lines.push('|---|---|---|');
    for (const op of Object.values<Op>(ops)) {
      const { summary, gradient } = op;
      const none = typeof gradient === 'function' ? '' : gradient.none;
      lines.push(`| ${op.name} | ${cellText(summary)} | ${cellText(none)} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function cellText(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) {
  writeFileSync(new URL('../../../../docs/operators.md', import.meta.url), operatorsDocument());
}
