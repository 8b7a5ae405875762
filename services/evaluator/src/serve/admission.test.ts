import { describe, expect, it } from 'vitest';
import { type Admission, type Admitted, createAdmission } from './admission.ts';

const limits = { openRequests: 8, projectRequests: 4, projectTokens: 100 };

function enterMany(admission: Admission, project: string, count: number): Admitted[] {
  return Array.from({ length: count }, () => admission.enter(project));
}

/** What an attempt to come in throws. */
function refusalOf(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error('it was let in');
}

describe('places for requests', () => {
  it('are refused to a project that has its share, and to no other', () => {
    const admission = createAdmission(limits);
    const [first] = enterMany(admission, 'a', 4);
    expect(refusalOf(() => admission.enter('a'))).toMatchObject({
      code: 'rate_limit_exceeded',
      retryable: true,
      limits: { limitRequests: 4, remainingRequests: 0 },
    });
    expect(admission.enter('b').limits()).toMatchObject({ remainingRequests: 3 });
    first?.leave();
    first?.leave();
    admission.enter('a');
    expect(() => admission.enter('a')).toThrow('4 requests open');
  });

  it('are given to a project below an even share even when all are taken', () => {
    const admission = createAdmission(limits);
    enterMany(admission, 'a', 4);
    enterMany(admission, 'b', 4);
    enterMany(admission, 'c', 2);
    expect(refusalOf(() => admission.enter('c'))).toMatchObject({ code: 'rate_limit_exceeded' });
  });

  it('are not promised to more projects than there are places', () => {
    const admission = createAdmission(limits);
    for (let project = 0; project < 8; project++) admission.enter(`p${project}`);
    expect(refusalOf(() => admission.enter('late'))).toMatchObject({
      code: 'rate_limit_exceeded',
      retryAfterMs: 250,
      limits: { limitRequests: 4, remainingRequests: 0, resetRequestsMs: 2000 },
    });
  });
});

describe('tokens of open requests', () => {
  it('are limited, but for a request that is alone', () => {
    const admission = createAdmission(limits);
    const [one, two, three] = enterMany(admission, 'a', 3) as [Admitted, Admitted, Admitted];
    one.reserve(150);
    expect(refusalOf(() => two.reserve(10))).toMatchObject({
      code: 'rate_limit_exceeded',
      limits: { limitTokens: 100, remainingTokens: 0 },
    });
    one.leave();
    two.reserve(60);
    three.reserve(40);
    expect(three.limits()).toMatchObject({ remainingTokens: 0 });
    admission.enter('b').reserve(100);
  });
});

it('tells to wait about as long as requests last, shared by those that are open', () => {
  let now = 0;
  const admission = createAdmission(limits, () => now);
  for (let count = 0; count < 100; count++) {
    const request = admission.enter('a');
    now += 8000;
    request.leave();
  }
  enterMany(admission, 'a', 4);
  expect(refusalOf(() => admission.enter('a'))).toMatchObject({
    retryAfterMs: 2000,
    limits: { resetRequestsMs: 8000 },
  });
});
