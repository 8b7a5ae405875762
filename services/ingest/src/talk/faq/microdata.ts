import type { Block } from './block.ts';

/** Follows schema.org's attributes (`itemscope`, `itemtype`, `itemprop`) through a page's elements. */
export type Microdata = {
  /** Before an element opens: whether a name or an answer begins with it. */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => boolean;
  /** After it has opened. */
  readonly enter: () => void;
  /** Whether a name or an answer ends with the element that closes. */
  readonly ends: (name: string) => boolean;
  readonly close: (name: string) => void;
  readonly current: () => Block['item'];
};

type Frame = {
  readonly name: string;
  readonly question?: number;
  readonly part?: 'name' | 'answer';
  readonly isAnswer?: true;
};

/** Elements that never close. */
const empty = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

/** A reader of microdata at the beginning of a page. */
export function createMicrodata(): Microdata {
  // Only elements with attributes of microdata are kept; of the others it is counted how many lie open by name.
  const frames: (Frame & { same: number })[] = [];
  let questions = 0;
  let next: Frame | undefined;
  const find = <Key extends keyof Frame>(key: Key): Frame[Key] | undefined =>
    frames.findLast((frame) => frame[key] !== undefined)?.[key];
  return {
    open(name, attributes) {
      const type = attributes.itemtype ?? '';
      const prop = attributes.itemprop ?? '';
      next = undefined;
      if (empty.has(name)) return false;
      const top = frames.at(-1);
      if (top?.name === name) top.same++;
      if (/schema\.org\/Question\/?$/i.test(type)) next = { name, question: ++questions };
      else if (find('question') === undefined) return false;
      else if (/^(?:accepted|suggested)Answer$/.test(prop)) next = { name, isAnswer: true };
      else if (prop === 'name' && find('isAnswer') === undefined) next = { name, part: 'name' };
      else if (prop === 'text' && find('isAnswer') === true) next = { name, part: 'answer' };
      return next?.part !== undefined;
    },
    enter() {
      if (next !== undefined) frames.push({ ...next, same: 0 });
      next = undefined;
    },
    ends: (name) => {
      const top = frames.at(-1);
      return top?.name === name && top.same === 0 && top.part !== undefined;
    },
    close(name) {
      const top = frames.at(-1);
      if (top?.name !== name) return;
      if (top.same > 0) top.same--;
      else frames.pop();
    },
    current() {
      const number = find('question');
      const part = find('part');
      return number === undefined || part === undefined ? undefined : { number, part };
    },
  };
}
