import type { PlainChats } from '@lathe/tokenizer/plain-chats';

const [isTarget, isText] = [1, 2];
const mostAscii = 127;

/** What `forms_take` of c/chat-forms.h reads. */
type FormNumbers = { readonly numbers: Int32Array; readonly bytes: Uint8Array };

/** A form of conversations, and its steps. */
export type KnownForm = {
  readonly form: NonNullable<ReturnType<PlainChats['formOf']>>;
  readonly steps: NonNullable<ReturnType<PlainChats['steps']>>;
};

/** A form in numbers for C. */
export function formNumbers({ form, steps: examples }: KnownForm): FormNumbers {
  const { tight, lacking, notFirst, notLast } = form;
  const isOfAscii =
    form.isOfAscii || [...notFirst, ...notLast].some(({ code }) => code > mostAscii);
  const numbers = [
    isOfAscii ? 1 : 0,
    tight.length,
    ...tight,
    lacking.length,
    ...lacking.map(({ length }) => length),
  ];
  for (const edges of [notFirst, notLast])
    numbers.push(edges.length, ...edges.flatMap(({ message, code }) => [message, code]));
  const constants: Uint8Array[] = [...lacking];
  numbers.push(examples.length);
  for (const steps of examples) {
    numbers.push(steps.length);
    for (const step of steps) {
      const kind = step.supervised ? isTarget : 0;
      if ('tokens' in step) numbers.push(kind, step.tokens.length, ...step.tokens);
      else {
        numbers.push(kind | isText, step.text.length);
        for (const part of step.text) {
          numbers.push(typeof part === 'number' ? part : -part.length);
          if (typeof part !== 'number') constants.push(part);
        }
      }
    }
  }
  return { numbers: Int32Array.from(numbers), bytes: Buffer.concat(constants) };
}
