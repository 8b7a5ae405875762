import type { Arguments } from './arguments.ts';
import type { Runtime } from './runtime.ts';
import { PyObject, type Value } from './value.ts';

/** Something that can be called. */
export class Callable extends PyObject {
  readonly typeName: string;
  readonly name: string;
  readonly call: (runtime: Runtime, given: Arguments) => Value;

  constructor(name: string, call: Callable['call'], typeName = 'builtin_function_or_method') {
    super();
    this.name = name;
    this.call = call;
    this.typeName = typeName;
  }
}

/** Another object of the library with attributes of its own, such as `loop`. */
export abstract class AttributeObject extends PyObject {
  abstract attribute(name: string): Value | undefined;
  /** What Python prints, where that says nothing about addresses. */
  abstract print(): string;
  /** For an object that can be called. */
  call?: Callable['call'];
}
