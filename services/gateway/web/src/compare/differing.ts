import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { settingsOf } from '../job/job-settings.ts';
import { taskText } from '../jobs/job-words.ts';

/** A setting by run: absent where a run was not asked for it. */
export type SettingRow = {
  readonly name: string;
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
};

/** Every setting that one of the jobs has, with its value at each of them, in the order of the jobs. */
export function settingRows(jobs: readonly JobObject[]): readonly SettingRow[] {
  const all = jobs.map((job) => new Map<string, string>([...givenTo(job), ...settingsOf(job)]));
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return names.map((name) => {
    const values = all.map((settings) => settings.get(name));
    return { name, values, differs: new Set(values).size > 1 };
  });
}

function givenTo(job: JobObject): (readonly [string, string])[] {
  return [
    ['model', job.model],
    ['task', taskText(job)],
    ['training_file', job.training_file],
    ['validation_file', job.validation_file ?? 'none: rows are held out'],
    ['seed', String(job.seed)],
  ];
}
