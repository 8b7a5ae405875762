const units = [
  ['GB', 1e9],
  ['GiB', 2 ** 30],
  ['MB', 1e6],
  ['MiB', 2 ** 20],
  ['kB', 1e3],
  ['KiB', 2 ** 10],
] as const;
/** From here on a smaller number of the next unit says it. */
const most = 1024;

/**
 * A number of bytes for people: in the unit that says a round limit exactly, as settings are written, else in decimal ones.
 * @example sizeText(512_000_000); // "512 MB", of 8 * 2 ** 20 "8 MiB", and of 1_234_567 "1.2 MB"
 */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const exact = units.find(([, size]) => bytes % size === 0 && bytes / size < most);
  if (exact !== undefined) return `${bytes / exact[1]} ${exact[0]}`;
  const [name, size] =
    units.find(([unit, each]) => bytes >= each && !unit.includes('i')) ?? units[4];
  const shown = bytes / size;
  return `${shown < 100 ? Number(shown.toFixed(1)) : Math.round(shown)} ${name}`;
}
