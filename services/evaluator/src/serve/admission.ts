import { LatheError } from '@lathe/contracts/error';
import type { RateLimits } from '@lathe/contracts/rate-limits';

export type AdmissionLimits = {
  readonly openRequests: number;
  readonly projectRequests: number;
  /** How many tokens the open requests of one project may have. */
  readonly projectTokens: number;
};

/** A request that was let in. */
export type Admitted = {
  /** How its project stands now. */
  limits(): RateLimits;
  /**
   * Counts the request's tokens, its answer as long as it may become. Throws `rate_limit_exceeded` when the project
   * has too many with them; a request that is the only one of its project passes.
   */
  reserve(tokens: number): void;
  leave(): void;
};

/** A refusal that says how the project stands. */
export class LimitError extends LatheError {
  readonly limits: RateLimits;

  constructor(message: string, limits: RateLimits, retryAfterMs: number) {
    super('rate_limit_exceeded', message, { retryAfterMs });
    this.limits = limits;
  }
}

/** Lets requests of one kind in. */
export type Admission = {
  /**
   * Throws LimitError when the project has its share already, and when all places are taken by projects that have no
   * more than theirs.
   */
  enter(project: string): Admitted;
};

type Open = { requests: number; tokens: number };

/** How long a request is taken to last before one has ended, and the bounds of what is told to wait. */
const firstGuessMs = 2000;
const shortestWaitMs = 100;
const longestWaitMs = 30_000;
/** Weight of the newest request in the mean of how long they last. */
const newest = 0.1;

/**
 * Shares the places for open requests. A project has at most `projectRequests`; when all places are taken, one that
 * has less than an even share of them is let in all the same, so that nobody is kept out by others who came first.
 */
export function createAdmission(
  { openRequests, projectRequests, projectTokens }: AdmissionLimits,
  now: () => number = () => performance.now(),
): Admission {
  const open = new Map<string, Open>();
  let all = 0;
  let meanMs = firstGuessMs;

  const bounded = (ms: number): number =>
    Math.round(Math.min(Math.max(ms, shortestWaitMs), longestWaitMs));
  const limitsOf = ({ requests, tokens }: Open): RateLimits => ({
    limitRequests: projectRequests,
    remainingRequests: Math.max(0, projectRequests - requests),
    resetRequestsMs: requests === 0 ? 0 : bounded(meanMs),
    limitTokens: projectTokens,
    remainingTokens: Math.max(0, projectTokens - tokens),
    resetTokensMs: tokens === 0 ? 0 : bounded(meanMs),
  });
  /** One of so many requests ends in about this time. */
  const waitFor = (requests: number): number => bounded(meanMs / Math.max(requests, 1));

  return {
    enter(project) {
      const mine = open.get(project) ?? { requests: 0, tokens: 0 };
      if (mine.requests >= projectRequests)
        throw new LimitError(
          `The project has ${mine.requests} requests open, as many as it may; wait for one to end.`,
          limitsOf(mine),
          waitFor(mine.requests),
        );
      const projects = open.size + (open.has(project) ? 0 : 1);
      if (all >= openRequests && mine.requests >= Math.floor(openRequests / projects)) {
        const why =
          mine.requests === 0
            ? 'All places are taken by other projects; try again.'
            : `All places are taken and the project has its share of them, ${mine.requests}; wait for one to end.`;
        throw new LimitError(
          why,
          { ...limitsOf(mine), remainingRequests: 0, resetRequestsMs: bounded(meanMs) },
          waitFor(mine.requests || all),
        );
      }
      open.set(project, mine);
      mine.requests++;
      all++;
      const since = now();
      let reserved = 0;
      let isOpen = true;
      return {
        limits: () => limitsOf(mine),
        reserve(tokens) {
          if (mine.tokens > 0 && mine.tokens + tokens > projectTokens)
            throw new LimitError(
              `The project's open requests have ${mine.tokens} tokens and this one needs ${tokens} more, but ${projectTokens} are allowed; wait for one to end, or ask for fewer with 'max_tokens'.`,
              limitsOf(mine),
              waitFor(mine.requests - 1),
            );
          mine.tokens += tokens;
          reserved += tokens;
        },
        leave() {
          if (!isOpen) return;
          isOpen = false;
          meanMs += newest * (now() - since - meanMs);
          mine.requests--;
          mine.tokens -= reserved;
          all--;
          if (mine.requests === 0) open.delete(project);
        },
      };
    },
  };
}
