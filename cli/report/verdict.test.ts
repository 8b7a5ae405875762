import { readFileSync } from 'node:fs';
import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { expect, it } from 'vitest';
import { createPaint } from '../terminal/paint.ts';
import { verdictLines } from './verdict.ts';

const fixture = new URL(
  '../../packages/contracts/fixtures/evaluation-report.forgotten-evals.json',
  import.meta.url,
);
const report = evaluationReportSchema.parse(JSON.parse(readFileSync(fixture, 'utf8')));

it('tells what the model still knows, once', () => {
  const { forgetting } = report;
  if (forgetting === undefined) return expect.fail('the fixture has none');
  const told = (outcome: typeof forgetting.outcome, warnings: readonly string[]) => {
    const sentence = 'The eval routing passes.';
    const shown = { ...report, forgetting: { ...forgetting, outcome, sentence } };
    const page = { paint: createPaint(false), width: () => 80 };
    const lines = verdictLines({ ...shown, warnings: [...warnings] }, page);
    return lines.filter((line) => line === sentence).length;
  };
  expect(told('not seen', [])).toBe(1);
  // What was forgotten is among the warnings.
  expect(told('forgotten', ['The eval routing passes.'])).toBe(1);
});
