import type { OptimizerSettings } from '@lathe/recipe/optimizer';
import type { Value } from '../graph/value.ts';
import type { StateGroup } from './flat-state.ts';
import type { HostStep, MemberPlace } from './host-step.ts';

/** The numbers of one optimizer. */
export type SettingsOf<Type extends OptimizerSettings['type']> = Omit<
  Extract<OptimizerSettings, { type: Type }>,
  'type'
>;

/** What an update of one group may read. */
export type UpdateInputs = {
  readonly group: StateGroup;
  /** The group's buffers by kind, `weights` among them. */
  readonly buffers: Readonly<Record<string, Value>>;
  /** The summed gradient `[group.size]`, and its element-wise square, which the norm needs as well. */
  readonly gradient: Value;
  readonly square: Value;
  /** What clipping and normalisation multiply the summed gradient by. */
  readonly factor: Value;
  /** A number of this step by the name that `scalars` gives it. */
  scalar(name: string): Value;
};

/** How weights move along their gradients. State lies in flat buffers, one of each kind a group. */
export type Optimizer = {
  /** Whether an element's update depends on its own gradient and buffers alone, so that a part can be updated alone. */
  readonly isElementwise: boolean;
  /** Elements of each buffer that a group needs beside its weights; all start at 0. */
  buffers(group: StateGroup): Readonly<Record<string, number>>;
  /** The numbers of step t, counted from 1, that the graph takes as scalar inputs. */
  scalars(learningRate: number, step: number): Readonly<Record<string, number>>;
  /** New values of all buffers, `weights` among them, as a graph. */
  update(inputs: UpdateInputs): Readonly<Record<string, Value>>;
  /** The slice of a buffer that belongs to a member, from the group's layout. */
  slice(kind: string, buffer: Float32Array, place: MemberPlace): Float32Array;
  /** The same update on the host, for one member, in place. */
  updateOnHost(step: HostStep): void;
};
