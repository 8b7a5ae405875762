import type { CreateExport, ExportObject } from '@lathe/contracts/http/export';
import { useEffect, useState } from 'preact/hooks';
import { ask, download } from '../api/client.ts';
import { useList } from '../api/use-list.ts';
import { ActButton } from '../ui/act-button.tsx';
import { AskingButton } from '../ui/asking-button.tsx';
import { bytesText, figure } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';

/** How often exports are looked at. */
export const lookMs = 2000;

/** What can be asked for: how it is called, and its ways to store weights, of which the first is usual. */
const formats: Readonly<
  Record<
    CreateExport['format'],
    { name: string; dtypes: readonly NonNullable<CreateExport['dtype']>[] }
  >
> = {
  merged: { name: 'a whole model for transformers', dtypes: [] },
  gguf: { name: 'GGUF for llama.cpp and Ollama', dtypes: ['f16', 'q8_0', 'f32'] },
  onnx: { name: 'ONNX for Transformers.js', dtypes: ['f32', 'q8'] },
  modelfile: { name: 'a folder for ollama create', dtypes: [] },
  adapter: { name: 'the adapter for peft', dtypes: [] },
};

type Props = {
  readonly model: string;
  /** Where one is there, further or gone that was not before. */
  readonly onChange: () => void;
};

/** The forms in which a model was asked for, to download and delete, and a form to ask for another. */
export function Exports({ model, onChange }: Props) {
  const path = `/v1/lathe/exports?model=${encodeURIComponent(model)}`;
  const { items, error, reload } = useList<ExportObject>(path, lookMs);
  const states = items?.map(({ id, status }) => `${id} ${status}`).join();
  useEffect(() => {
    if (states !== undefined) onChange();
  }, [states]);
  return (
    <>
      <Answered query={{ data: items, error, reload }} what="its exports">
        {(exports) => (
          <Table
            name="exports"
            caption="Exports"
            rows={exports}
            keyOf={({ id }) => id}
            columns={[...columns, ...actions(model, reload)]}
            empty={<p class="soft">It was asked for in no other form yet.</p>}
          />
        )}
      </Answered>
      <NewExport model={model} onChange={reload} />
    </>
  );
}

const columns: readonly Column<ExportObject>[] = [
  {
    head: 'Form',
    value: ({ format }) => format,
    cell: ({ format, dtype, notes }) => (
      <>
        {format}
        {dtype !== null && `, ${dtype}`}
        {notes.map((note) => (
          <div key={note} class="soft small-text">
            {note}
          </div>
        ))}
      </>
    ),
  },
  { head: 'State', value: ({ status }) => status, cell: (made) => <State made={made} /> },
  {
    head: 'Size',
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => (bytes === null ? '–' : bytesText(bytes)),
    isNumber: true,
  },
];

function actions(model: string, onChange: () => void): readonly Column<ExportObject>[] {
  return [
    {
      head: 'Download',
      cell: ({ id, status, files }) =>
        status === 'succeeded' ? <Files id={id} files={files} /> : '–',
    },
    {
      head: 'Remove',
      cell: (made) => <DeleteExport made={made} model={model} onChange={onChange} />,
    },
  ];
}

type DeleteProps = Props & { readonly made: ExportObject };

function DeleteExport({ made: { id, format }, model, onChange }: DeleteProps) {
  return (
    <AskingButton
      class="small"
      title="Delete the export?"
      text={`The files of ${model} as ${format} go. This cannot be undone; the model stays, and the export can be made again.`}
      act="Delete its files"
      onAct={async () => {
        await ask(`/v1/lathe/exports/${id}`, { method: 'DELETE' });
        onChange();
      }}
    >
      Delete the export
    </AskingButton>
  );
}

function State({ made: { status, error, replay } }: { readonly made: ExportObject }) {
  switch (status) {
    case 'queued':
      return <span class="badge">waiting for an evaluator</span>;
    case 'running':
      return <span class="badge run">written and compared</span>;
    case 'failed':
      return (
        <>
          <span class="badge bad">failed</span> {error?.message}
        </>
      );
    case 'succeeded':
      return (
        <>
          <span class="badge good">ready</span>
          {replay !== null && (
            <div class="soft small-text">
              answers differ by {figure(replay.relative)}, allowed is {figure(replay.tolerance)}
            </div>
          )}
        </>
      );
  }
}

function Files({ id, files }: Pick<ExportObject, 'id' | 'files'>) {
  const path = `/v1/lathe/exports/${id}`;
  return (
    <>
      <ActButton class="small" act={() => download(`${path}/content`, `${id}.tar`)}>
        All as .tar
      </ActButton>
      <details>
        <summary>{files.length} files</summary>
        <ul class="plain">
          {files.map(({ name, bytes }) => (
            <li key={name}>
              <ActButton
                class="small"
                act={() => download(`${path}/files/${name}`, name.split('/').at(-1) ?? name)}
              >
                {name}
              </ActButton>{' '}
              {bytesText(bytes)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function NewExport({ model, onChange }: Props) {
  const [format, setFormat] = useState<CreateExport['format']>('merged');
  const [chosen, setChosen] = useState('');
  const { dtypes } = formats[format];
  const dtype = dtypes.find((name) => name === chosen) ?? dtypes[0];
  const begin = async (): Promise<void> => {
    const body: CreateExport = { format, ...(dtype !== undefined && { dtype }) };
    await ask(`/v1/lathe/models/${encodeURIComponent(model)}/exports`, { method: 'POST', body });
    onChange();
  };
  return (
    <fieldset class="choice form-grid wide-fields">
      <legend class="unseen">New export</legend>
      <label>
        Export as
        <select
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value as CreateExport['format'])}
        >
          {Object.entries(formats).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {dtypes.length > 0 && (
        <label>
          Weights stored as
          <select value={dtype} onChange={(event) => setChosen(event.currentTarget.value)}>
            {dtypes.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <div class="row">
        <ActButton act={begin}>Make the export</ActButton>
      </div>
    </fieldset>
  );
}
