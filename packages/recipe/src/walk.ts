import { z } from 'zod';

/** A schema without what wraps it: defaults, optionality, and what is done to a value before. */
export function innermost(schema: z.core.$ZodType): z.ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  )
    return innermost(schema.unwrap());
  if (schema instanceof z.ZodPipe) return innermost(schema.out);
  return schema as z.ZodType;
}

/** The value of a union's option that tells it from the others, such as `lora`. */
export function optionName(union: z.ZodDiscriminatedUnion, option: z.core.$ZodType): string {
  const { shape } = option as z.ZodObject;
  return String((innermost(shape[union.def.discriminator] as z.ZodType) as z.ZodLiteral).value);
}

/** Of a union the option that a value is of; any other schema as it is. */
export function optionFor(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const named = Object(value)[schema.def.discriminator];
  return schema.options.find((option) => optionName(schema, option) === named) as
    | z.ZodType
    | undefined;
}
