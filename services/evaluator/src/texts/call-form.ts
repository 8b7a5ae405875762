import type { Tool } from '@lathe/contracts/artifact/tool';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import { readJsonSchema } from '@lathe/engine/json-schema';
import type { Schema } from '@lathe/engine/schema';
import { SchemaError } from '@lathe/engine/schema-error';
import { type Wording, wordedSchema } from '@lathe/engine/wording';
import { idPlace, type ToolForm } from '@lathe/tokenizer/tool-form';
import type { AnswerForm } from '../engine/engine.ts';
import { answerForm, unlessRefused } from './answer-form.ts';

/** What tools are called how; `schema` is what a text has to keep to, if anything. */
type Asked = Pick<InferenceRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> & {
  readonly schema: Schema | null;
};

/**
 * What an answer with tools is held to, as the model writes calls: to calls alone where one has to be made, else to
 * their form from where a call begins. Names are those of the tools, arguments keep to their schemas; a schema that
 * cannot be kept to is refused where its tool is `strict`, and else any object will do. Throws `invalid_value`.
 */
export function callForm(form: ToolForm, asked: Asked): AnswerForm {
  const { toolChoice, schema } = asked;
  const calls = callsWording(form, asked);
  const options = { control: form.control, of: 'tools' };
  const whole: Wording = { sequence: [form.lead, calls] };
  if (toolChoice === 'required' || typeof toolChoice === 'object')
    return answerForm(wordedSchema(whole), options);
  if (schema !== null) return answerForm(wordedSchema({ choice: [schema, whole] }), options);
  if (form.opener === '')
    return answerForm(wordedSchema(calls), {
      ...options,
      mark: { text: form.lead, isFirst: true },
    });
  const rest: Wording = { sequence: [form.lead.slice(form.opener.length), calls] };
  const mark = { text: form.opener, isFirst: false };
  return answerForm(wordedSchema(rest), { ...options, mark });
}

/** From the first name on. */
function callsWording(form: ToolForm, { tools, toolChoice, parallelToolCalls }: Asked): Wording {
  const choice = tools.flatMap((tool, index) => {
    const { name } = tool.function;
    if (typeof toolChoice === 'object' && toolChoice.name !== name) return [];
    return [{ sequence: [name, withIds(form.middle), argumentsOf(tool, index)] }];
  });
  const { separator } = form;
  const isOne = !parallelToolCalls || typeof toolChoice === 'object' || separator === null;
  const one: Wording = { choice };
  const calls: Wording = isOne ? one : { some: one, separator: withIds(separator) };
  return { sequence: [calls, withIds(form.close)] };
}

const noArguments = { type: 'object', properties: {}, additionalProperties: false };

function argumentsOf({ function: { parameters, strict } }: Tool, index: number): Schema {
  if (parameters == null) return readJsonSchema(noArguments);
  const { type } = parameters;
  const isWhole = type !== undefined || '$ref' in parameters || 'anyOf' in parameters;
  const read = () => {
    if (type !== undefined && type !== 'object')
      throw new SchemaError('type', 'must be "object": arguments are one');
    return readJsonSchema(isWhole ? parameters : { ...parameters, type: 'object' });
  };
  if (strict === true) return unlessRefused(`tools[${index}].function.parameters`, read);
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return readJsonSchema({ type: 'object' });
  }
}

const quotedId = readJsonSchema({ type: 'string', pattern: '^[a-zA-Z0-9]{9}$' });
/** Where an id stands outside of quotes, it may be any: nobody reads it. */
const bareId = '000000000';

/** A text of the template with ids in their places. */
function withIds(text: string): Wording {
  const pieces = text.split(`"${idPlace}"`);
  const sequence = pieces.flatMap((piece, i): Wording[] => {
    const bare = piece.replaceAll(idPlace, bareId);
    return i === 0 ? [bare] : [quotedId, bare];
  });
  return { sequence };
}
