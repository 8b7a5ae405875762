import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import { nameOf } from '../jobs/job-words.ts';
import { useQueryText } from '../shell/router.ts';
import { type Column, Table } from '../ui/table.tsx';
import { type SettingRow, settingRows } from './differing.ts';
import { markOf } from './run-marks.ts';

/** The settings in which runs differ, a column for each run; the others too where they are asked for. */
export function SettingTable({ jobs }: { readonly jobs: readonly JobObject[] }) {
  const [shown, setShown] = useQueryText('settings');
  const all = settingRows(jobs);
  return (
    <>
      <Table<SettingRow>
        name="settings"
        caption="The settings of the runs"
        rows={shown === 'all' ? all : all.filter(({ differs }) => differs)}
        keyOf={({ name }) => name}
        empty={<p class="soft">They were asked for with the same settings.</p>}
        columns={[settingColumn, ...jobs.map(valueColumn)]}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={shown === 'all'}
          onChange={(event) => setShown(event.currentTarget.checked ? 'all' : '')}
        />
        Show the settings that are the same, too
      </label>
    </>
  );
}

const settingColumn: Column<SettingRow> = {
  head: 'Setting',
  value: ({ name }) => name,
  cell: ({ name }) => <code>{name}</code>,
  isRowHead: true,
};

function valueColumn(job: JobObject, at: number): Column<SettingRow> {
  return {
    head: `${markOf(at).letter} ${nameOf(job)}`,
    value: ({ values }) => values[at] ?? null,
    cell: ({ values, differs }) => (
      <span class={differs ? 'differs' : undefined}>{values[at] ?? '–'}</span>
    ),
  };
}
