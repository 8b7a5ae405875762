import type { Outputs } from './trainer-outputs.ts';

/** How far an export's answers lie from the trainer's. */
export type Difference = {
  /** Largest |export − trainer| of any number. */
  readonly absolute: number;
  /** The same divided by the trainer's largest |number|. */
  readonly relative: number;
};

/** Compares answers by name. Throws RangeError when one lacks a name or length, or has a number that is not finite. */
export function outputDifference(found: Outputs, wanted: Outputs): Difference {
  let absolute = 0;
  let largest = 0;
  for (const [name, numbers] of Object.entries(wanted)) {
    const others = found[name];
    if (others?.length !== numbers.length)
      throw new RangeError(
        `the export answers ${others?.length ?? 'no'} numbers for ${name}, the trainer ${numbers.length}`,
      );
    for (let at = 0; at < numbers.length; at++) {
      const distance = Math.abs(others[at]! - numbers[at]!);
      if (!Number.isFinite(distance))
        throw new RangeError(`${name} is ${others[at]} at ${at}, the trainer has ${numbers[at]}`);
      absolute = Math.max(absolute, distance);
      largest = Math.max(largest, Math.abs(numbers[at]!));
    }
  }
  return { absolute, relative: largest === 0 ? absolute : absolute / largest };
}
