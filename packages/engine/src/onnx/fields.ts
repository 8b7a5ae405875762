/** Numbers of the fields of onnx.proto's messages, as far as they are written or read here. */
export const modelField = { irVersion: 1, producer: 2, graph: 7, opset: 8 } as const;
export const opsetField = { domain: 1, version: 2 } as const;
export const graphField = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
export const nodeField = {
  input: 1,
  output: 2,
  name: 3,
  type: 4,
  attribute: 5,
  domain: 7,
} as const;
export const attributeField = {
  ...{ name: 1, float: 2, int: 3, text: 4, tensor: 5, ints: 8, type: 20 },
} as const;
export const tensorField = {
  ...{ sizes: 1, type: 2, name: 8, raw: 9, external: 13, location: 14 },
} as const;
/** Of the pairs that say where a tensor's numbers lie. */
export const entryField = { key: 1, value: 2 } as const;
/** Of the inputs and outputs of a graph, down to the sizes of their axes. */
export const valueField = { name: 1, type: 2 } as const;
export const typeField = { tensor: 1 } as const;
export const tensorTypeField = { element: 1, shape: 2 } as const;
export const shapeField = { dimension: 1 } as const;
export const dimensionField = { size: 1, name: 2 } as const;

/** Numbers by which an attribute says what it holds. */
export const attributeType = { float: 1, int: 2, text: 3, tensor: 4, ints: 7 } as const;
/** What `tensorField.location` says of numbers in a file. */
export const externalLocation = 1;
