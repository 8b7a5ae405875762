import { JinjaError } from './error.ts';

export type RenderLimits = {
  /** Nodes evaluated and items visited. */
  steps: number;
  /** Length of any one string, in UTF-16 units. */
  characters: number;
  /** Characters of all strings that were put together. */
  builtCharacters: number;
  /** Macros and recursive loops inside each other. */
  depth: number;
};

/** Far above what a conversation of a hundred thousand messages needs; a runaway template ends in seconds. */
export const defaultLimits: RenderLimits = {
  steps: 5_000_000,
  characters: 16 * 1024 * 1024,
  builtCharacters: 128 * 1024 * 1024,
  depth: 100,
};

/** What one rendering may still cost: chat templates come with models, and nobody vouches for them. */
export class Budget {
  readonly limits: RenderLimits;
  #steps: number;
  #characters: number;
  #depth = 0;

  constructor(limits: RenderLimits) {
    this.limits = limits;
    this.#steps = limits.steps;
    this.#characters = limits.builtCharacters;
  }

  /** Throws JinjaError once all steps are used up. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (!(this.#steps >= 0))
      throw overBudget(`takes more than ${this.limits.steps} steps for one conversation`);
  }

  /** To be called with the length of a string before it is built. */
  build(characters: number): void {
    const { characters: longest, builtCharacters } = this.limits;
    if (!(characters <= longest))
      throw overBudget(`builds a text of more than ${longest} characters`);
    this.#characters -= characters;
    if (this.#characters < 0)
      throw overBudget(`builds more than ${builtCharacters} characters in all`);
  }

  /** Runs `inner` one level deeper. */
  nested<T>(inner: () => T): T {
    if (this.#depth >= this.limits.depth)
      throw overBudget(`calls itself more than ${this.limits.depth} levels deep`);
    this.#depth += 1;
    try {
      return inner();
    } finally {
      this.#depth -= 1;
    }
  }
}

let current: Budget | undefined;

/** Runs a rendering whose work `charge` counts. It is synchronous, so there is one at a time. */
export function withBudget<T>(budget: Budget, render: () => T): T {
  const before = current;
  current = budget;
  try {
    return render();
  } finally {
    current = before;
  }
}

/**
 * Counts work that grows with a value: comparing, printing and searching go into values of any size and depth, from
 * places that know nothing of the rendering.
 */
export function charge(steps: number): void {
  current?.spend(steps);
}

/** Counts going through a text, which is much faster than a step for each character. */
export function chargeText(length: number): void {
  if (length > 64) current?.spend(length >> 6);
}

function overBudget(problem: string): JinjaError {
  return new JinjaError('budget', `it ${problem}`);
}
