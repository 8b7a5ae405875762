/** A condition on a metric; `abortOnFail` ends the run at once when it no longer holds. */
type Threshold = string | { readonly threshold: string; readonly abortOnFail: boolean };
type Thresholds = Record<string, Threshold[]>;

/** Nothing may fail: neither a request nor a check. */
const flawless: Thresholds = {
  checks: ['rate==1'],
  http_req_failed: ['rate==0'],
};

/** `smoke`: a wide band, because the machine runs the platform and its load together. */
export const smokeThresholds: Thresholds = {
  ...flawless,
  http_req_failed: [{ threshold: 'rate==0', abortOnFail: true }],
  'http_req_duration{route:health}': ['p(95)<250'],
  'http_req_duration{route:models}': ['p(95)<500'],
  'http_req_duration{route:jobs}': ['p(95)<500'],
  'http_req_duration{route:files}': ['p(95)<500'],
  'http_req_duration{route:upload}': ['p(95)<1000'],
  'http_req_duration{route:chat}': ['p(95)<20000'],
  smoke_chats: ['count>=1'],
  smoke_uploads: ['count>=1'],
};

/** `finetune-throughput`: every job accounted for, none lost, none twice. */
export function throughputThresholds(jobs: number): Thresholds {
  return {
    ...flawless,
    audited_jobs: [`count==${jobs}`],
    lost_jobs: ['count==0'],
    duplicate_jobs: ['count==0'],
    job_succeeded: ['rate==1'],
  };
}
