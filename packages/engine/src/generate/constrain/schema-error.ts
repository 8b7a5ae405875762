/**
 * A schema that answers cannot be held to; `path` is where in it, such as `properties.age.minimum`.
 * @example throw new SchemaError('properties.city', 'has no type');
 */
export class SchemaError extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path === '' ? 'the schema' : path} ${reason}`);
    this.name = 'SchemaError';
    this.path = path;
  }
}
