/** A file on disk is not what it says it is: truncated, inconsistent, or written by something else. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly file: string;
  readonly tensor: string | undefined;

  constructor(file: string, problem: string, tensor?: string) {
    super(`${file}: ${tensor === undefined ? '' : `tensor ${tensor}: `}${problem}`);
    this.file = file;
    this.tensor = tensor;
  }
}

/** The model is well formed, but asks for something that this engine does not compute. */
export class UnsupportedModelError extends Error {
  override readonly name = 'UnsupportedModelError';
  readonly field: string;

  constructor(file: string, field: string, problem: string) {
    super(`${file}: ${field} ${problem}`);
    this.field = field;
  }
}
