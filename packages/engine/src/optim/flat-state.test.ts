import { describe, expect, it } from 'vitest';
import { allocateState, planGroups } from './flat-state.ts';

const parameter = (name: string, ...shape: number[]) => ({
  name,
  shape,
  decays: shape.length > 1,
});
const parameters = [
  parameter('model.embed_tokens.weight', 6, 2),
  parameter('model.layers.0.input_layernorm.weight', 2),
  parameter('model.layers.0.self_attn.q_proj.weight', 2, 2),
  parameter('model.layers.0.self_attn.q_proj.bias', 2),
  parameter('model.layers.0.mlp.up_proj.weight', 20, 2),
  parameter('model.norm.weight', 2),
];

describe('flat state', () => {
  const groups = planGroups(parameters, 16);

  it('keeps decayed and spared parameters apart and closes full groups', () => {
    expect(groups.map((group) => [group.decays, group.size, group.members.length])).toEqual([
      [false, 6, 3],
      [true, 16, 2],
      [true, 40, 1],
    ]);
    expect(new Set(groups.map((group) => group.name)).size).toBe(3);
  });

  it('gives each parameter a view of its part of the buffer', () => {
    const state = allocateState(groups, { buffers: ({ size }) => ({ mean: size }) });
    state.tensors.get('model.layers.0.self_attn.q_proj.weight')?.fill(3);
    const weights = state.buffers.get('group1')?.weights;
    expect([...(weights ?? [])]).toEqual([...Array(12).fill(0), 3, 3, 3, 3]);
    expect([...state.tensors.keys()].sort()).toEqual(parameters.map(({ name }) => name).sort());
  });
});
