import { fileURLToPath } from 'node:url';

/** The library that reads rows, as packages/native builds it. */
export const library = {
  name: 'lathe-row-reader',
  called: 'readers of rows',
  otherwise: 'rows are read in JavaScript, which is slower',
  folder: fileURLToPath(new URL('.', import.meta.url)),
  // It reads what strangers send. No cost was seen; the loops of the kernels go without.
  flags: ['-fstack-protector-strong'],
};
