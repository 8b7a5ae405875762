/** What is wrong with each part of the platform that is not well. */
export type PartsBoard = {
  readonly problems: Readonly<Record<string, string>>;
  /** Writes down what is wrong with a part, or null when it is well. */
  set(part: string, problem: string | null): void;
};

/** A board that calls back after every change. */
export function createPartsBoard(onChange: () => void): PartsBoard {
  const problems = new Map<string, string>();
  return {
    get problems() {
      return Object.fromEntries(problems);
    },
    set(part, problem) {
      if (problem === null) problems.delete(part);
      else problems.set(part, problem);
      onChange();
    },
  };
}
