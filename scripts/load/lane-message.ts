import { z } from 'zod';

/** What a process of the engine alone shall train. */
export const laneTaskSchema = z.object({
  model: z.string(),
  threads: z.number().int().min(1),
  /** Folder for the adapters, which are removed again. */
  folder: z.string(),
  trainings: z.array(z.object({ data: z.string(), seed: z.number().int() })),
});
export type LaneTask = z.infer<typeof laneTaskSchema>;

/** What it answers when all is trained. */
export const laneResultSchema = z.object({
  /** Tokens trained on, all epochs together. */
  tokens: z.number(),
  /** From the end of each training's first step to the end of its last one. */
  trainingSeconds: z.number(),
  /** Processor time of the whole process. */
  cpuSeconds: z.number(),
});
export type LaneResult = z.infer<typeof laneResultSchema>;
