/** Stores a megabyte in the folder that is named, under whatever limits this process has, and says how it went. */
import { openFileStore } from './file.ts';
import { ArtifactError } from './port.ts';

const store = await openFileStore(process.argv[2] as string);
const said = await store.put('p/large', new Uint8Array(2 ** 20)).then(
  () => 'stored',
  (error: unknown) =>
    error instanceof ArtifactError ? `${error.problem}: ${error.message}` : String(error),
);
process.stdout.write(`${said}\n`);
