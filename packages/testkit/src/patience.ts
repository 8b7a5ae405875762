/**
 * The longest that a test waits for an event, in milliseconds: far more than any takes, since a test that passes waits
 * for none of it. `LATHE_TEST_PATIENCE` multiplies it for a machine that is slower still.
 * @example AbortSignal.timeout(patienceMs);
 */
export const patienceMs = 180_000 * Number(process.env.LATHE_TEST_PATIENCE ?? 1);
