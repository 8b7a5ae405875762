import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PaddingChoice } from './cpu-binding.ts';

/** Where Linux tells of the first data cache of the first core. */
const usualFolder = '/sys/devices/system/cpu/cpu0/cache/index0';

/**
 * In how many places (ways) of the first data cache what lies at one address may stand; undefined where the system does not tell,
 * as on other systems than Linux and in some virtual machines.
 * @example const ways = firstCacheWays();
 */
export function firstCacheWays(folder: string = usualFolder): number | undefined {
  const told = (file: string): string | undefined => {
    try {
      return readFileSync(join(folder, file), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  if (told('type') !== 'Data' || told('level') !== '1') return undefined;
  const ways = told('ways_of_associativity');
  return ways !== undefined && /^[1-9]\d{0,3}$/.test(ways) ? Number(ways) : undefined;
}

/** In a cache of more ways nothing was won (docs/decisions/2026-11-padded-widths.md). */
const mostWays = 8;

/** Whether widths are padded for ONNX Runtime's products, as a choice says or, where it leaves it open, by the first cache of this processor. */
export function padsWidths(
  choice: PaddingChoice = 'off',
  ways: () => number | undefined = firstCacheWays,
): boolean {
  if (choice !== 'auto') return choice === 'on';
  const found = ways();
  return found !== undefined && found <= mostWays;
}
