import type { FileObject } from '@lathe/contracts/http/file';
import type { Page } from '@lathe/contracts/http/list';
import type { ComponentChildren } from 'preact';
import { ask } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { Link } from '../../shell/link.tsx';
import { Answered, Empty } from '../../ui/states.tsx';

type Props = { readonly children: (files: readonly FileObject[]) => ComponentChildren };

/** What needs files of rows to choose from; where there are none, the way to one. */
export function OfFiles({ children }: Props) {
  const query = useQuery(
    (signal) =>
      ask<Page<FileObject>>('/v1/files?purpose=fine-tune&limit=1000', { signal }).then(
        ({ data }) => data,
      ),
    [],
  );
  return (
    <Answered query={query} what="the files">
      {(files) =>
        files.length === 0 ? (
          <Empty title="There is no file of rows yet.">
            <p>
              <Link to="/data">Drop one</Link> first.
            </p>
          </Empty>
        ) : (
          children(files)
        )
      }
    </Answered>
  );
}
