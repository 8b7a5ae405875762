import type { JobObject } from '@lathe/contracts/http/fine-tuning';

/** What a job was asked for beside model, files and seed, with every `auto` as it was resolved: settings inside settings by their whole path. */
export function settingsOf(job: JobObject): readonly (readonly [name: string, value: string])[] {
  return [
    ...flat(methodSettings(job)),
    ...flat(job.lathe.options as Readonly<Record<string, unknown>>),
  ];
}

function methodSettings({ method }: JobObject): Readonly<Record<string, unknown>> {
  switch (method.type) {
    case 'supervised':
      return method.supervised.hyperparameters;
    case 'dpo':
      return method.dpo.hyperparameters;
    case 'reinforcement': {
      const { hyperparameters = {}, ...graded } = method.reinforcement;
      return { ...graded, ...hyperparameters };
    }
  }
}

function flat(
  settings: Readonly<Record<string, unknown>>,
  before = '',
): readonly (readonly [string, string])[] {
  return Object.entries(settings).flatMap(
    ([name, value]): readonly (readonly [string, string])[] => {
      const path = before + name;
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return flat(value as Readonly<Record<string, unknown>>, `${path}.`);
      return [[path, Array.isArray(value) ? JSON.stringify(value) : String(value)]];
    },
  );
}
