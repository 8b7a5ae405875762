/** Loaded before a process's own code: its wall clock is off by so many milliseconds, its monotonic one is right. */
const offMs = Number(process.env.FAULTS_CLOCK_OFF_MS);
const now = Date.now.bind(Date);

globalThis.Date = class extends Date {
  static override now(): number {
    return now() + offMs;
  }
  constructor(...given: [] | [number | string | Date]) {
    super(...((given.length === 0 ? [now() + offMs] : given) as [number]));
  }
} as DateConstructor;
