import type { FileObject } from '@lathe/contracts/http/file';
import type { CompletionDataset, StoredCompletion } from '@lathe/contracts/http/stored-completion';
import { useState } from 'preact/hooks';
import { useList } from '../../api/use-list.ts';
import { Link } from '../../shell/link.tsx';
import { ActButton } from '../../ui/act-button.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Undo, type Undoable } from '../../ui/undo.tsx';
import { collectionPath, makeFile, putInto } from './stored-rows.ts';

const kinds: Readonly<Record<CompletionDataset['rows'], string>> = {
  chats: 'Answers as corrected',
  preferences: 'Pairs of answers (DPO)',
  judged: 'Good and bad (KTO)',
};

type Props = { readonly rows: string; readonly setRows: (rows: string) => void };

/** The answers that were saved into a collection, and the training file that can be made of them. */
export function KeptRows({ rows, setRows }: Props) {
  const { items, error, hasMore, loadMore, reload } = useList<StoredCompletion>(
    collectionPath(rows),
  );
  const [kind, setKind] = useState<CompletionDataset['rows']>('chats');
  const [file, setFile] = useState<FileObject | null>(null);
  const [gone, setGone] = useState<Undoable | null>(null);
  const takeOut = async (id: string): Promise<void> => {
    await putInto(id, null);
    const undo = async (): Promise<void> => {
      await putInto(id, rows);
      setGone(null);
      reload();
    };
    setGone({ said: `The answer is no row of “${rows}” any more; it stays stored.`, undo });
    reload();
  };
  return (
    <>
      <div class="form-grid">
        <label class="field">
          Collection
          <input
            value={rows}
            maxLength={64}
            onChange={(event) => setRows(event.currentTarget.value.trim() || 'playground')}
          />
        </label>
        <label class="field">
          Rows
          <select
            value={kind}
            onChange={({ currentTarget: { value } }) => {
              if (value === 'chats' || value === 'preferences' || value === 'judged')
                setKind(value);
            }}
          >
            {Object.entries(kinds).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Answered query={{ data: items, error, reload }} what="the saved answers">
        {(saved) => (
          <>
            <div class="row">
              <ActButton
                isDisabled={saved.length === 0}
                act={async () => setFile(await makeFile(rows, kind))}
              >
                Make a training file
              </ActButton>
              {file !== null && (
                <span class="row" role="status">
                  <CopyText text={file.id} what="the id of the file" />
                  <Link to={`/jobs/new?file=${file.id}`}>Start a job with it</Link>
                </span>
              )}
            </div>
            <Table
              name="saved"
              caption={`Answers saved in ${rows}`}
              rows={saved}
              columns={columnsOf(takeOut)}
              keyOf={({ id }) => id}
              pageRows={10}
              more={{ hasMore, loadMore }}
              empty={
                <Empty title={`Nothing is saved in “${rows}” yet.`}>
                  <p>
                    Below each answer: save it as it is, correct it, or prefer it to another
                    model’s. A training file is made of what you saved.
                  </p>
                </Empty>
              }
            />
            <Undo done={gone} />
          </>
        )}
      </Answered>
    </>
  );
}

const answerOf = ({ choices }: StoredCompletion): string => choices[0]?.message.content ?? '';

const columnsOf = (takeOut: (id: string) => Promise<void>): readonly Column<StoredCompletion>[] => [
  {
    head: 'Answer',
    value: answerOf,
    cell: (completion) => <div class="said clip">{answerOf(completion)}</div>,
  },
  {
    head: 'Said of it',
    value: ({ lathe: { feedback } }) => feedback?.better_answer ?? feedback?.rating ?? '',
    cell: ({ lathe: { feedback } }) => (
      <>
        {feedback?.better_answer != null && (
          <div class="said clip">Better: {feedback.better_answer}</div>
        )}
        {feedback?.rating === 'up' && <span class="badge good">good</span>}
        {feedback?.rating === 'down' && <span class="badge bad">bad</span>}
      </>
    ),
  },
  { head: 'Model', value: ({ model }) => model, cell: ({ model }) => model },
  {
    head: 'Stored',
    value: ({ created }) => created,
    cell: ({ created }) => <Time at={created} />,
    isNumber: true,
  },
  {
    head: 'Remove',
    cell: ({ id }) => (
      <ActButton class="small" act={() => takeOut(id)}>
        Take out
      </ActButton>
    ),
  },
];
