/** What is wrong with each part of the platform that is not well. */
export type PartsBoard = {
  readonly problems: Readonly<Record<string, string>>;
  /** Writes down what is wrong with a part, or null when it is well. */
  set(part: string, problem: string | null): void;
  /** Calls back after every change. */
  onChange(callback: () => void): void;
};

/** A board on which every part is well. */
export function createPartsBoard(): PartsBoard {
  const problems = new Map<string, string>();
  const callbacks: (() => void)[] = [];
  return {
    get problems() {
      return Object.fromEntries(problems);
    },
    set(part, problem) {
      if (problem === null) problems.delete(part);
      else problems.set(part, problem);
      for (const callback of callbacks) callback();
    },
    onChange: (callback) => void callbacks.push(callback),
  };
}
