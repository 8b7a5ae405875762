import { z } from 'zod';

/** What the slow engine does at which step. */
export const slowEngineHabits = z.object({
  stepMs: z.number().default(20),
  hangAt: z.number().optional(),
  dieAt: z.number().optional(),
  /** Steps from here on take a second each until there is a file `quick` in the folder of marks. */
  slowFrom: z.number().optional(),
  /** Waits before this step until there is a file `go` in the folder of marks. */
  holdsAt: z.number().optional(),
  /** Dies once before each of these steps. */
  diesAt: z.array(z.number()).default([]),
  /** There is too little memory for steps whose passes may have more tokens than this. */
  memoryTokens: z.number().optional(),
  /** Then it is killed, which the file `kills` in the folder of marks counts; else an allocation fails. */
  isKilledForMemory: z.boolean().default(false),
  /** Jobs with this learning rate end the whole worker at their second step. */
  poisonRate: z.number().optional(),
  nanAt: z.number().optional(),
  /** What runs are said to need; null: nobody can say. */
  memoryBytes: z.number().nullable().default(0),
  /** Remembers across processes that a fault has happened. */
  markFolder: z.string().default('.'),
});
export type SlowEngineHabits = z.input<typeof slowEngineHabits>;

/** The one number that the slow engine trains, after a step; order matters, so a repeated step shows. */
export function nextWeight(weight: number, step: number): number {
  return weight * 0.9 + Math.sin(step);
}

/** The number after an undisturbed run of so many steps. */
export function weightAfter(steps: number): number {
  let weight = 0;
  for (let step = 1; step <= steps; step++) weight = nextWeight(weight, step);
  return weight;
}
