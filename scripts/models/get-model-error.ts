/** A model could not be fetched; the message is one sentence that says what to do. */
export class GetModelError extends Error {
  override readonly name = 'GetModelError';
}
