import type { FileObject } from '@lathe/contracts/http/file';

type Props = {
  readonly files: readonly FileObject[];
  /** The id of the one that is chosen, which may be a file that is not listed; empty: none. */
  readonly chosen: string;
};

/** Files as what can be chosen in a field; files of one name differ by the end of their ids. */
export function FileOptions({ files, chosen }: Props) {
  const isListed = chosen === '' || files.some(({ id }) => id === chosen);
  return (
    <>
      {!isListed && <option value={chosen}>{chosen}</option>}
      {files.map(({ id, filename }) => (
        <option key={id} value={id}>
          {filename} ({id.slice(-6)})
        </option>
      ))}
    </>
  );
}
