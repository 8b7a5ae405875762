import { expect, it } from 'vitest';
import { kindOf } from './option-schema.ts';

it('enters each option as what it is, and as JSON what has parts', () => {
  const kinds = [
    { enum: ['a', 'b'], type: 'string' },
    { type: 'integer' },
    { type: 'boolean' },
    { type: 'string' },
    { type: 'array', items: { type: 'string' } },
    { type: 'array', items: { type: 'number' } },
    { type: 'object', properties: {} },
  ].map(kindOf);
  expect(kinds).toEqual(['choice', 'number', 'boolean', 'text', 'list', 'json', 'json']);
});
