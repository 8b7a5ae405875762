import type { VerdictOutcome } from '@lathe/contracts/artifact/report';

/** What a verdict comes to: its colour, and its words beside the colour. */
export const outcomes: Readonly<
  Record<VerdictOutcome, { readonly tone: string; readonly sign: string }>
> = {
  improved: { tone: 'good', sign: '▲ Improved' },
  regressed: { tone: 'bad', sign: '▼ Regressed' },
  "don't fine-tune": { tone: 'bad', sign: '✕ Don’t fine-tune' },
  'cannot tell': { tone: 'warn', sign: '= Cannot tell' },
  'not compared': { tone: 'warn', sign: 'Not compared' },
};
