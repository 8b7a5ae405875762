import { fileURLToPath } from 'node:url';

/** The library of kernels, as packages/native builds it. */
export const library = {
  name: 'lathe-kernels',
  called: 'kernels',
  otherwise: "ONNX Runtime's own, which are slower, are used",
  folder: fileURLToPath(new URL('.', import.meta.url)),
  // A root that tells of its error is a call for each number.
  flags: ['-ffp-contract=off', '-fno-math-errno'],
};
