import { failed, unsupported } from '../error.ts';
import { braceFormat, type FieldAccess } from '../text/brace-format.ts';
import { repr } from '../text/print.ts';
import { refusedTextMethods, textMethods } from '../text/text-methods.ts';
import type { Arguments } from '../value/arguments.ts';
import { AttributeObject, Callable } from '../value/callable.ts';
import { asNumber } from '../value/compare.ts';
import { builtinAttribute } from '../value/container-methods.ts';
import { saidMethod } from '../value/said.ts';
import { itemAt } from '../value/sequence.ts';
import { Dict, Markup, Namespace, Said, typeOf, Undefined, type Value } from '../value/value.ts';

/** Attributes with two underscores that every object of Python has; the sandbox hides them. */
const internal: ReadonlySet<string> = new Set(
  'class delattr dir doc eq format ge getattribute getstate gt hash init init_subclass le lt ne new reduce reduce_ex repr setattr sizeof str subclasshook'
    .split(' ')
    .map((name) => `__${name}__`),
);
const internalOfContainers: ReadonlySet<string> = new Set(
  'add class_getitem contains delitem getitem getnewargs iadd imul ior iter len mod mul or reversed rmod rmul ror setitem abs bool ceil divmod float floor floordiv index int invert neg pos pow radd round rsub sub truediv trunc and call code closure defaults dict func globals kwdefaults module name qualname self text_signature get_attrs attrs del next'
    .split(' ')
    .map((name) => `__${name}__`),
);

/** `value.name`: an attribute, else the item of that name, else undefined. */
export function getAttribute(value: Value, name: string): Value {
  if (value instanceof Undefined) {
    if (internal.has(name)) return hidden(value, name);
    throw failed(value.problem);
  }
  const attribute = attributeOf(value, name);
  if (attribute === 'unsafe') return hidden(value, name);
  if (attribute !== undefined) return attribute;
  const item = keyed(value, name);
  return item === undefined ? missing(value, name) : item;
}

/** `value[key]`: an item, else for a text the attribute of that name, else undefined. */
export function getItem(value: Value, key: Value): Value {
  if (value instanceof Undefined) throw failed(value.problem);
  const item = keyed(value, key);
  if (item !== undefined) return item;
  if (typeof key === 'string') {
    const attribute = attributeOf(value, key);
    if (attribute === 'unsafe') return hidden(value, key);
    if (attribute !== undefined) return attribute;
  }
  return missing(value, key);
}

function keyed(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) {
    // A key that cannot be one is no item, and no error.
    const isHashable = !Array.isArray(key) && !(key instanceof Dict);
    return isHashable ? value.get(key) : undefined;
  }
  const number = asNumber(key);
  if (typeof number !== 'bigint') return undefined;
  const item = itemAt(value, number);
  return value instanceof Markup && typeof item === 'string' ? new Markup(item) : item;
}

function attributeOf(value: Value, name: string): Value | 'unsafe' | undefined {
  if (value instanceof Said) return saidMethod(value, name);
  if (name.startsWith('_')) {
    if (internal.has(name)) return 'unsafe';
    return internalOfContainers.has(name) && keyed(value, name) === undefined
      ? 'unsafe'
      : undefined;
  }
  if (typeof value === 'string') return textAttribute(value, name);
  if (value instanceof Namespace) return value.attributes.get(name);
  if (value instanceof AttributeObject) return value.attribute(name);
  if (value instanceof Markup) {
    if (textMethods.has(name) || refusedTextMethods.has(name) || name.startsWith('format'))
      throw unsupported(`the method "${name}" of text that is marked as safe`);
    return undefined;
  }
  if (value instanceof Callable) return callableAttribute(value, name);
  return builtinAttribute(value, typeOf(value), name);
}

function callableAttribute({ typeName, name: ownName }: Callable, name: string): Value | undefined {
  if (typeName === 'Macro' && name === 'name') return ownName;
  const isRefused =
    typeName === 'Macro'
      ? ['arguments', 'caller', 'catch_kwargs', 'catch_varargs', 'explicit_caller'].includes(name)
      : ownName === 'dict' && name === 'fromkeys';
  if (isRefused) throw unsupported(`the attribute "${name}" of ${ownName}`);
  return undefined;
}

function textAttribute(text: string, name: string): Value | undefined {
  const method = textMethods.get(name);
  if (method !== undefined)
    return new Callable(name, (runtime, given) => method(runtime, text, given));
  if (name === 'format')
    return new Callable(name, (runtime, given) => braceFormat(runtime, text, given, access));
  if (name === 'format_map')
    return new Callable(name, (runtime, { positional }) => {
      const [values] = positional;
      if (!(values instanceof Dict)) throw failed('format_map() takes a mapping');
      const named = new Map(values.entries().map(([key, value]) => [String(key), value]));
      const given: Arguments = { positional: [], named };
      return braceFormat(runtime, text, given, access);
    });
  if (refusedTextMethods.has(name)) throw unsupported(`the method "${name}" of str`);
  return undefined;
}

const access: FieldAccess = { attribute: getAttribute, item: getItem };

function hidden(value: Value, name: string): Undefined {
  return new Undefined(
    `access to attribute ${repr(name)} of ${repr(typeOf(value))} object is unsafe.`,
  );
}

function missing(value: Value, key: Value): Undefined {
  const type = value === null ? 'None' : `${typeOf(value)} object`;
  if (typeof key === 'string') return new Undefined(`'${type}' has no attribute ${repr(key)}`);
  const isShown = key === null || typeof key !== 'object';
  return new Undefined(`${type} has no element ${isShown ? repr(key) : typeOf(key)}`);
}
