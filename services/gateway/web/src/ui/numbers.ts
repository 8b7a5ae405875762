/** A number with its thousands apart: `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A share of 1 as `12.3 %`; what is not none is never shown as none. */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  // 100 times 0.57 is no whole number to a machine.
  const nearest = Math.round(percent);
  return `${Math.abs(percent - nearest) < 1e-9 ? nearest : percent.toFixed(1)} %`;
}

/** A figure of training with as many digits as it needs: `0.4213`, `3.2e-5`, `1,204`. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return grouped(value);
  if (size >= 100) return String(Number(value.toFixed(1)));
  if (size >= 0.001) return String(Number(value.toPrecision(4)));
  return value.toExponential(2);
}

/** Seconds in the largest unit that says enough: `45 s`, `12 min`, `3.5 h`, `2 d`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Number((seconds / 3600).toFixed(1))} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Bytes as `1.2 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
