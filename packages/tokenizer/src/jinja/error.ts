/** What a template was stopped by; `unsupported` names a construct of Jinja2 that this reader does not have. */
export type JinjaErrorKind = 'syntax' | 'unsupported' | 'failed' | 'raised' | 'budget';

/** A template that does not parse, that fails as it would in Jinja2, or that is refused by name. */
export class JinjaError extends Error {
  override readonly name = 'JinjaError';
  readonly kind: JinjaErrorKind;
  readonly line: number | undefined;

  constructor(kind: JinjaErrorKind, message: string, line?: number) {
    super(line === undefined ? message : `${message} (line ${line} of the template)`);
    this.kind = kind;
    this.line = line;
  }
}

/** An operation that raises in Jinja2 too. */
export function failed(message: string): JinjaError {
  return new JinjaError('failed', message);
}

/** Something that Jinja2 has and that is refused here rather than rendered differently. */
export function unsupported(construct: string, line?: number): JinjaError {
  return new JinjaError('unsupported', `${construct} is not supported`, line);
}
