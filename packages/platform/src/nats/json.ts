/**
 * The parsed payload of a message, or undefined when it is no JSON: for a schema to judge.
 * @example jsonOf({ json: () => JSON.parse('{') }); // undefined
 */
export function jsonOf(message: { json(): unknown }): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
