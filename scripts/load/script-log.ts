import { z } from 'zod';
import type { Submitted } from './timeline.ts';

const submittedSchema = z.object({
  submission: z.string(),
  jobId: z.string(),
  submittedMs: z.number(),
});

/** The script logs a submission as JSON and a finding of the audit as a sentence. */
export function readLines(lines: readonly string[]): {
  readonly submitted: readonly Submitted[];
  readonly findings: readonly string[];
} {
  const isJson = (line: string): boolean => line.startsWith('{');
  return {
    submitted: lines.filter(isJson).map((line) => submittedSchema.parse(JSON.parse(line))),
    findings: lines.filter((line) => !isJson(line)),
  };
}
