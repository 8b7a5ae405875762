import { expect, it } from 'vitest';
import { movedCursor, windowWith, zoomedWindow } from './plot-window.ts';

const ten = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

it('moves the cursor point by point, over the ends of neither side', () => {
  const all = { min: 0, max: 100 };
  expect(movedCursor(ten, all, { at: 4, by: 1 })).toBe(5);
  expect(movedCursor(ten, all, { at: 4, by: -1 })).toBe(3);
  expect(movedCursor(ten, all, { at: 4, by: 10 })).toBe(10);
  expect(movedCursor(ten, all, { at: 0, by: -1 })).toBe(0);
});

it('skips points where a window has more of them than places, and none once it is zoomed', () => {
  const many = Array.from({ length: 1000 }, (_, at) => at);
  expect(movedCursor(many, { min: 0, max: 999 }, { at: 0, by: 1 })).toBe(10);
  expect(movedCursor(many, { min: 0, max: 49 }, { at: 0, by: 1 })).toBe(1);
});

it('zooms around a point, within the axis, down to a few points and out to all', () => {
  const all = { min: 0, max: 100 };
  expect(zoomedWindow(ten, all, { about: 50, times: 2 })).toEqual({ min: 25, max: 75 });
  expect(zoomedWindow(ten, all, { about: 0, times: 2 })).toEqual({ min: 0, max: 50 });
  expect(zoomedWindow(ten, all, { about: 100, times: 2 })).toEqual({ min: 50, max: 100 });
  expect(zoomedWindow(ten, { min: 40, max: 60 }, { about: 50, times: 0.125 })).toEqual(all);
  const { min, max } = zoomedWindow(ten, all, { about: 50, times: 1000 });
  expect(ten.filter((x) => x >= min && x <= max).length).toBeGreaterThan(1);
});

it('moves a window to what lies beside it, and leaves it where it is otherwise', () => {
  expect(windowWith({ min: 20, max: 40 }, 50)).toEqual({ min: 30, max: 50 });
  expect(windowWith({ min: 20, max: 40 }, 0)).toEqual({ min: 0, max: 20 });
  expect(windowWith({ min: 20, max: 40 }, 40)).toEqual({ min: 20, max: 40 });
});
