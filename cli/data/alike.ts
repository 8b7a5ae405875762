import type { Finding } from '@lathe/contracts/artifact/dataset';
import { count } from '../terminal/amounts.ts';
import { harmless } from '../terminal/text-width.ts';

/** Lines that are named of findings that say the same. */
const mostLines = 3;

type Told = { readonly level: Finding['level']; readonly text: string };
type Found = Pick<Finding, 'member' | 'line' | 'level' | 'message'>;

/** Findings as text, errors first, those that say the same as one, with the first of their lines. Line 0 is the file as a whole. */
export function alike(findings: readonly Found[]): Told[] {
  const groups = new Map<string, Found[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.level, finding.message]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()]
    .map(([first, ...others]) => {
      const { level, message } = first as Found;
      return {
        level,
        text: [...placesOf([first as Found, ...others]), harmless(message)].join(': '),
      };
    })
    .toSorted((a, b) => Number(b.level === 'error') - Number(a.level === 'error'));
}

/** `lines 2, 34, 74 and 397 more`, or the one place, of findings in the order of the file. */
function placesOf(findings: readonly Found[]): string[] {
  const [first] = findings;
  if (first === undefined) return [];
  if (findings.length === 1) {
    const line = first.line === 0 ? undefined : `line ${first.line}`;
    return [first.member, line].flatMap((part) => part ?? []);
  }
  const named = findings
    .slice(0, mostLines)
    .map(({ member, line }) => (member === undefined ? String(line) : `${line} of ${member}`));
  const more = findings.length - mostLines;
  return [`lines ${named.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`];
}
