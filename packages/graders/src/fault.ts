import type { GraderErrors } from '@lathe/contracts/http/grader';

/** A kind of failure, by its flag in OpenAI's answer. */
type FaultKind = {
  [Key in keyof GraderErrors]: GraderErrors[Key] extends boolean ? Key : never;
}[keyof GraderErrors];

/**
 * What kept a grader from a reward, or a template from being filled: its flag, and one sentence for the user.
 *
 * @example throw new GradingFault('invalid_variable_error', '{{ item.label }} cannot be filled.');
 */
export class GradingFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string) {
    super(message);
    this.name = 'GradingFault';
    this.kind = kind;
  }
}

/** What failed, as it is handed between threads. */
export type Fault = { readonly kind: FaultKind; readonly message: string };

/** What is said of a grader that took longer than it may. */
export function lateFault(
  { name, type }: { readonly name: string; readonly type: string },
  mostMs: number,
): Fault {
  return {
    kind:
      type === 'javascript' || type === 'python' ? 'python_grader_runtime_error' : 'other_error',
    message: `The grader ${JSON.stringify(name)} was stopped: it ran longer than ${mostMs} ms.`,
  };
}

const none: GraderErrors = {
  formula_parse_error: false,
  sample_parse_error: false,
  truncated_observation_error: false,
  unresponsive_reward_error: false,
  invalid_variable_error: false,
  other_error: false,
  python_grader_server_error: false,
  python_grader_server_error_type: null,
  python_grader_runtime_error: false,
  python_grader_runtime_error_details: null,
  model_grader_server_error: false,
  model_grader_refusal_error: false,
  model_grader_parse_error: false,
  model_grader_server_error_details: null,
};

/**
 * The flags of OpenAI's answer. A program's failure is told under the names that the clients have for Python's, which is
 * the only language they know.
 */
export function errorsOf(faults: readonly Fault[]): GraderErrors {
  const errors = { ...none };
  for (const { kind, message } of faults) {
    errors[kind] = true;
    const told = toldBy(kind);
    errors[told] = errors[told] === null ? message : `${errors[told]} ${message}`;
  }
  return errors;
}

/** The member that tells in words what a flag says. */
function toldBy(kind: FaultKind) {
  if (kind === 'python_grader_runtime_error') return 'python_grader_runtime_error_details';
  if (kind === 'python_grader_server_error') return 'python_grader_server_error_type';
  return 'model_grader_server_error_details';
}

/** That a grader's program failed of itself, as one sentence. */
export function failureText(name: string, reason: string): string {
  return `The program of the grader ${JSON.stringify(name)} failed: ${reason}.`;
}
