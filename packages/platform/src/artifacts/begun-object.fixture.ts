/** Begins an object in the folder that is named, says so, and stays. */
import { openFileStore } from './file.ts';

const store = await openFileStore(process.argv[2] as string);
const object = await store.begin?.('p/begun');
await object?.write(new Uint8Array(10));
process.stdout.write('begun\n');
setInterval(() => undefined, 60_000);
