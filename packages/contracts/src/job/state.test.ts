import { expect, it } from 'vitest';
import { assertMove, canMove, isTerminal, jobStateSchema, moves } from './state.ts';

const states = jobStateSchema.options;

it('allows exactly the moves of the table', () => {
  for (const from of states)
    for (const to of states)
      expect(canMove(from, to), `${from} to ${to}`).toBe(
        (moves[from] as readonly string[]).includes(to),
      );
});

it('leaves no terminal state, and can cancel and fail every other', () => {
  expect(states.filter(isTerminal)).toEqual(['succeeded', 'failed', 'cancelled']);
  for (const from of states.filter((state) => !isTerminal(state))) {
    expect(canMove(from, 'cancelled'), from).toBe(true);
    expect(canMove(from, 'failed'), from).toBe(true);
    expect(canMove(from, from), from).toBe(false);
  }
});

it('reaches success only by running', () => {
  expect(states.filter((state) => canMove(state, 'succeeded'))).toEqual(['running']);
});

it('reaches every state from the first one', () => {
  const reached = new Set<string>(['validating_files']);
  for (const state of reached)
    for (const next of moves[state as keyof typeof moves]) reached.add(next);
  expect([...reached].sort()).toEqual([...states].sort());
});

it('names both states when a move is illegal', () => {
  expect(() => assertMove('succeeded', 'cancelled')).toThrow(
    'The job is succeeded and cannot become cancelled.',
  );
  expect(() => assertMove('queued', 'succeeded')).toThrow(
    expect.objectContaining({ code: 'invalid_state', retryable: false }),
  );
});
