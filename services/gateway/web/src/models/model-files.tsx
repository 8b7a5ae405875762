import { ask, download } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { ActButton } from '../ui/act-button.tsx';
import { bytesText } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';

type ModelFile = { readonly name: string; readonly bytes: number; readonly sha256: string };
type Folder = { readonly kind: 'adapter' | 'merged'; readonly files: readonly ModelFile[] };

/** The files of the model that a job made, as peft and transformers read them, each to download. */
export function ModelFiles({ job }: { readonly job: string }) {
  const path = `/v1/lathe/jobs/${job}/model`;
  const query = useQuery((signal) => ask<Folder>(path, { signal }), [path]);
  return (
    <Answered query={query} what="its files">
      {({ kind, files }) => (
        <>
          <p class="soft">
            {kind === 'adapter'
              ? 'An adapter, which peft and others load beside the base model.'
              : 'A whole model, which transformers and others load.'}
          </p>
          <Table
            name="files"
            caption="Files of the model"
            rows={files}
            keyOf={({ name }) => name}
            columns={[
              { head: 'File', value: ({ name }) => name, cell: ({ name }) => <code>{name}</code> },
              {
                head: 'Size',
                value: ({ bytes }) => bytes,
                cell: ({ bytes }) => bytesText(bytes),
                isNumber: true,
              },
              {
                head: 'Download',
                cell: ({ name }) => (
                  <ActButton class="small" act={() => download(`${path}/${name}`, name)}>
                    Download
                  </ActButton>
                ),
              },
            ]}
          />
        </>
      )}
    </Answered>
  );
}
