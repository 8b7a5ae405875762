import type { ImportEval, ImportedEval, ImportFinding } from '@lathe/contracts/http/eval-import';
import type { RunObject } from '@lathe/contracts/http/eval-run';
import type { ModelObject } from '@lathe/contracts/http/model';
import { useState } from 'preact/hooks';
import { ask, sentenceOf } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { ModelOptions } from '../models/model-options.tsx';
import { Link } from '../shell/link.tsx';
import { navigate } from '../shell/router.ts';
import { ActButton } from '../ui/act-button.tsx';
import { Answered } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { isWriter } from './run-words.ts';

const formats: Readonly<Record<ImportEval['format'], string>> = {
  promptfoo: 'promptfoo: a configuration, YAML or JSON',
  promptfoo_results: 'promptfoo: its results, JSON',
  openai_evals: "OpenAI: an eval of Langfuse's export",
  lm_eval: 'lm-evaluation-harness: a task, YAML',
};

/** Makes an eval of a file of another program, and shows what became of each part before anything runs. */
export function ImportPage() {
  const models = useQuery((signal) => ask<{ data: ModelObject[] }>('/v1/models', { signal }), []);
  const [imported, setImported] = useState<ImportedEval | null>(null);
  return (
    <>
      <h1>Import an eval</h1>
      <Answered query={models} what="the models">
        {({ data }) => <ImportForm models={data} onImported={setImported} />}
      </Answered>
      {imported !== null && <Outcome imported={imported} />}
    </>
  );
}

type FormProps = {
  readonly models: readonly ModelObject[];
  readonly onImported: (imported: ImportedEval) => void;
};

function ImportForm({ models, onImported }: FormProps) {
  const writers = models.filter(isWriter);
  const [format, setFormat] = useState('promptfoo');
  const [chosen, setModel] = useState('');
  const [content, setContent] = useState('');
  const [documents, setDocuments] = useState('');
  const model = chosen || writers[0]?.id;
  const [problem, setProblem] = useState<string | null>(null);
  const readFrom = async (file: File | undefined): Promise<void> => {
    setProblem(null);
    try {
      setContent((await file?.text()) ?? '');
    } catch (error) {
      setProblem(`The file cannot be read: ${sentenceOf(error)}`);
    }
  };
  const send = async (): Promise<void> => {
    const isTask = format === 'lm_eval';
    const body = { format, model, content, ...(isTask && { documents }) };
    onImported(await ask('/v1/lathe/evals/import', { method: 'POST', body }));
  };
  return (
    <div class="ask">
      <div class="form-grid wide-fields">
        <label>
          What it is
          <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
            {Object.entries(formats).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          Model that is asked, and judges
          <select value={model} onChange={(event) => setModel(event.currentTarget.value)}>
            <ModelOptions models={writers} />
          </select>
        </label>
        <label>
          File
          <input
            type="file"
            onChange={({ currentTarget: { files } }) => void readFrom(files?.[0])}
          />
          {problem !== null && (
            <span class="error" role="alert">
              {problem}
            </span>
          )}
        </label>
      </div>
      <label>
        Its text
        <textarea
          class="mono"
          rows={10}
          value={content}
          onInput={(event) => setContent(event.currentTarget.value)}
        />
      </label>
      {format === 'lm_eval' && (
        <label>
          Documents, JSON Lines
          <textarea
            class="mono"
            rows={5}
            value={documents}
            onInput={(event) => setDocuments(event.currentTarget.value)}
          />
        </label>
      )}
      <div class="row">
        <ActButton class="main" act={send} isDisabled={content.trim() === ''}>
          Import
        </ActButton>
      </div>
    </div>
  );
}

const tones = { kept: 'good', changed: 'warn', impossible: 'bad' } as const;
const columns: readonly Column<ImportFinding>[] = [
  {
    head: 'Outcome',
    value: ({ outcome }) => outcome,
    cell: ({ outcome }) => <span class={`badge ${tones[outcome]}`}>{outcome}</span>,
  },
  { head: 'Part', value: ({ at }) => at, cell: ({ at }) => <code>{at}</code> },
  { head: 'What became of it', value: ({ message }) => message, cell: ({ message }) => message },
];

function Outcome({ imported }: { readonly imported: ImportedEval }) {
  const { eval: made, runs, findings } = imported;
  const begin = async (): Promise<void> => {
    for (const body of runs)
      await ask<RunObject>(`/v1/evals/${made.id}/runs`, { method: 'POST', body });
    navigate(`/evals/${made.id}`);
  };
  return (
    <section aria-label="What became of it">
      <h2>What became of it</h2>
      <p>
        <Link to={`/evals/${made.id}`}>{made.name || made.id}</Link> is there; nothing has run yet.
      </p>
      <Table
        name="findings"
        caption="What became of each part"
        rows={findings}
        columns={columns}
        keyOf={({ at, message }) => `${at} ${message}`}
      />
      <div class="row">
        <ActButton class="main" act={begin} isDisabled={runs.length === 0}>
          {runs.length === 1 ? 'Begin its run' : `Begin its ${runs.length} runs`}
        </ActButton>
      </div>
    </section>
  );
}
