import { type ChildProcess, spawn } from 'node:child_process';
import { sizeText } from '@lathe/contracts/words/size';
import { failureText, GradingFault, lateFault } from './fault.ts';
import type { Namespaces } from './template.ts';

/** Where Python may run that nobody has looked at. */
export type PythonSandbox = {
  /**
   * The operator's command: a Python interpreter without network and files of others, such as
   * `docker run --rm -i --init --network none python:3.12-slim python3`.
   */
  readonly command: readonly string[];
  /** Longest time of one program, the start of the sandbox included. */
  readonly pythonMs: number;
  /** Most that a program may print. */
  readonly printedBytes: number;
  /** How long the sandbox has to end by itself when it is told to. */
  readonly endMs: number;
};

/** What the interpreter runs: the program, whose own output cannot be taken for its score. */
const wrapper = `import json, sys
told = json.load(sys.stdin)
answer, sys.stdout = sys.stdout, sys.stderr
scope = {"__name__": "grader"}
exec(compile(told["source"], "grader.py", "exec"), scope)
answer.write(json.dumps({"score": float(scope["grade"](told["sample"], told["item"]) + 0.0)}))
`;

/** What became of the process. */
type End = {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly stopped: 'late' | 'printed' | null;
};

/**
 * The score that a Python program's `grade(sample, item)` gives in the operator's sandbox: a process of its own, which is told all on its
 * standard input. Throws GradingFault: the program's own failure, the limit that it broke, that it gave no finite number,
 * or that the sandbox did not start; and the signal's reason.
 */
export async function runPython(
  { name, source }: { readonly name: string; readonly source: string },
  { sample, item }: Namespaces,
  { signal, ...sandbox }: PythonSandbox & { readonly signal: AbortSignal },
): Promise<number> {
  const told = JSON.stringify({ source, sample, item: item ?? null });
  const { code, output, errors, stopped } = await ended(sandbox, told, signal);
  signal.throwIfAborted();
  const quoted = JSON.stringify(name);
  if (stopped === 'late') {
    const { kind, message } = lateFault({ name, type: 'python' }, sandbox.pythonMs);
    throw new GradingFault(kind, message);
  }
  if (stopped === 'printed')
    throw failed(
      `The grader ${quoted} was stopped: it printed more than ${sizeText(sandbox.printedBytes)}.`,
    );
  const last = errors.trimEnd().split('\n').at(-1)?.slice(0, 500) ?? '';
  if (code !== 0 && errors.includes('Traceback (most recent call last)'))
    throw failed(failureText(name, last));
  // 137 is what a sandbox says of a process that was killed, for its memory as a rule.
  if (code === null || code === 137)
    throw failed(`The grader ${quoted} was ended by the sandbox, which bounds its memory.`);
  if (code !== 0)
    throw new GradingFault(
      'python_grader_server_error',
      `The sandbox for Python ended with ${code}: ${last.replace(/\.$/, '')}.`,
    );
  return scoreIn(output, name);
}

function scoreIn(output: string, name: string): number {
  try {
    const { score } = JSON.parse(output) as { readonly score?: unknown };
    if (typeof score === 'number' && Number.isFinite(score)) return score;
  } catch {
    // NaN is no JSON.
  }
  throw failed(failureText(name, 'grade gave no finite number'));
}

const failed = (message: string) => new GradingFault('python_grader_runtime_error', message);

function ended(
  { command, pythonMs, printedBytes, endMs }: PythonSandbox,
  told: string,
  signal: AbortSignal,
): Promise<End> {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, '-I', '-c', wrapper], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Only what finds the program: keys of the platform are nobody's in there.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const { promise, resolve, reject } = Promise.withResolvers<End>();
  let stopped: End['stopped'] = null;
  let hard: NodeJS.Timeout | undefined;
  const stop = (why: End['stopped']): void => {
    stopped ??= why;
    child.kill('SIGTERM');
    hard ??= setTimeout(() => child.kill('SIGKILL'), endMs);
  };
  const abort = (): void => stop(null);
  const late = setTimeout(() => stop('late'), pythonMs);
  signal.addEventListener('abort', abort, { once: true });
  const texts = collect(child, printedBytes, () => stop('printed'));
  const clear = (): void => {
    clearTimeout(late);
    clearTimeout(hard);
    signal.removeEventListener('abort', abort);
  };
  child.once('error', (error) => {
    clear();
    const why = `The sandbox for Python could not be started: ${error.message}.`;
    reject(new GradingFault('python_grader_server_error', why));
  });
  child.once('close', (code) => {
    clear();
    resolve({ code, ...texts(), stopped });
  });
  // One that ends early does not read to the end; how it ended is told by its close.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(told);
  return promise;
}

/** Keeps what comes from both outputs, up to so many bytes of both together; then they are read no further. */
function collect(child: ChildProcess, most: number, onMore: () => void) {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let bytes = 0;
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= most) kept[name].push(chunk);
      else onMore();
    });
  return () => ({
    output: Buffer.concat(kept.stdout).toString('utf8'),
    errors: Buffer.concat(kept.stderr).toString('utf8'),
  });
}
