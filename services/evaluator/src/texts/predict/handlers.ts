import { LatheError } from '@lathe/contracts/error';
import {
  type Asked,
  type Prediction,
  predictionQuestionSchema,
} from '@lathe/contracts/message/prediction';
import type { ModelKit } from '../model-kit.ts';
import { readBody } from '../read-body.ts';
import type { ServedTask } from '../served-task.ts';
import type { PreparedQuestion, TextModel } from '../text-task.ts';
import { featureExtraction } from './feature-extraction.ts';
import { fillMask } from './fill-mask.ts';
import type { EncodedInput, Handler } from './input.ts';
import { questionAnswering } from './question-answering.ts';
import { similarity } from './similarity.ts';
import { textClassification } from './text-classification.ts';
import { tokenClassification } from './token-classification.ts';

/** Every kind of question, each with a sheet that only its own handler reads. */
const handlers: { readonly [Kind in Asked['kind']]: Handler<Kind, unknown> } = {
  'text-classification': textClassification,
  'token-classification': tokenClassification,
  'question-answering': questionAnswering,
  'fill-mask': fillMask,
  similarity,
  'feature-extraction': featureExtraction,
};

type AnyHandler = Handler<Asked['kind'], unknown>;

const taught: Readonly<Record<Asked['kind'], readonly ServedTask['type'][]>> = {
  'text-classification': ['classification', 'reward'],
  'token-classification': ['token-classification'],
  'question-answering': ['question-answering'],
  'fill-mask': ['masked-lm'],
  similarity: ['classification', 'reward', 'embedding', 'states', 'masked-lm', 'generation'],
  'feature-extraction': ['embedding', 'states', 'masked-lm', 'generation'],
};

/**
 * Makes of a request for predictions what the engine needs. Throws `unsupported_model` for one that the model was not
 * taught, and `context_length_exceeded` and `invalid_value`, which name the input at fault.
 */
export function prepareQuestion(
  kit: ModelKit,
  model: TextModel,
  body: Uint8Array,
): PreparedQuestion {
  const { asked, param, isList } = readBody(predictionQuestionSchema, body);
  const { kind, inputs, ...rest } = asked;
  if (!taught[kind].includes(model.task.type))
    throw new LatheError(
      'unsupported_model',
      `The model '${model.name}' was taught ${model.task.type}, which answers no ${kind}.`,
      { param: 'model' },
    );
  if (
    kind === 'similarity' &&
    model.task.type === 'classification' &&
    model.task.labels.length !== 1
  )
    throw new LatheError(
      'unsupported_model',
      `The model '${model.name}' tells ${model.task.labels.length} labels apart, which is no score of a text.`,
      { param: 'model' },
    );
  const options = { kind, ...rest } as PreparedQuestion['options'];
  const handler = handlers[kind] as AnyHandler;
  const encoded = inputs.map((input, index) =>
    handler.encode({ kit, model }, input as never, {
      options: options as never,
      param: isList ? `${param}[${index}]` : param,
    }),
  );
  return { options, inputs: encoded };
}

/** The answers for inputs, of what the engine says of their texts. */
export function readAnswers(
  kit: ModelKit,
  model: TextModel,
  {
    options,
    inputs,
  }: {
    readonly options: PreparedQuestion['options'];
    readonly inputs: readonly {
      readonly sheet: EncodedInput['sheet'];
      readonly results: readonly Float32Array[];
    }[];
  },
): Prediction[] {
  const handler = handlers[options.kind] as AnyHandler;
  return inputs.map(({ sheet, results }) =>
    handler.read({ kit, model }, sheet, { options: options as never, results }),
  );
}
