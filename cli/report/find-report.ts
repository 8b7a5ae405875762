import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { APIError } from 'openai';
import type { Api } from '../api/api.ts';

/** How the tuned model of a job compares; null where there is no report, such as of a job whose evaluation failed. */
export async function findReport(api: Api, job: string): Promise<EvaluationReport | null> {
  try {
    return await api.get(`/lathe/jobs/${encodeURIComponent(job)}/report`, evaluationReportSchema);
  } catch (error) {
    if (error instanceof APIError && error.status === 404) return null;
    throw error;
  }
}
