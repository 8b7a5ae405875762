import { Script } from 'node:vm';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import { failureText, GradingFault, lateFault } from './fault.ts';
import type { Namespaces } from './template.ts';

export type ProgramLimits = {
  /** Longest time of one program, of a processor: on a busy machine it may take more on the clock. */
  readonly programMs: number;
  readonly programBytes: number;
};

/** Well within what V8 gives the engine itself. */
const stackBytes = 128 * 1024;

/** As far as it is used here: the types of Node have it not. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => object;
};

/** Bytes of a page of WebAssembly's memory. */
const pageBytes = 64 * 1024;
/** Pages that the engine starts with, for itself. */
const ownPages = 256;

let engine:
  | { readonly programBytes: number; readonly module: Promise<QuickJSWASMModule> }
  | undefined;

/**
 * An engine whose memory ends where a program's does. QuickJS itself counts only the number of allocations in
 * WebAssembly, not their sizes, so that its own limit never comes.
 */
async function startEngine(programBytes: number): Promise<QuickJSWASMModule> {
  const loaded = await import('@jitl/quickjs-wasmfile-release-sync');
  // Its types are those of its CommonJS form, which has one more `default`.
  const variant = loaded.default as unknown as QuickJSSyncVariant;
  const maximum = ownPages + Math.ceil(programBytes / pageBytes);
  const wasmMemory = new WebAssembly.Memory({ initial: ownPages, maximum });
  return newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
}

/**
 * The score that a program's `grade(sample, item)` gives. It runs in an engine of its own (QuickJS in WebAssembly), which
 * has no files, no network, no modules and no timers, within a memory and a time; that is looked at between its
 * steps, and not while one built-in function works. Throws GradingFault: the program's own failure, the limit that it broke,
 * or that it gave no finite number.
 */
export async function runProgram(
  { name, source }: { readonly name: string; readonly source: string },
  { sample, item }: Namespaces,
  { programMs, programBytes }: ProgramLimits,
): Promise<number> {
  if (engine?.programBytes !== programBytes)
    engine = { programBytes, module: startEngine(programBytes) };
  const runtime = (await engine.module).newRuntime();
  runtime.setMaxStackSize(stackBytes);
  const begunMs = computedMs();
  const isLate = () => computedMs() - begunMs > programMs;
  runtime.setInterruptHandler(isLate);
  const context = runtime.newContext();
  const late = lateFault({ name, type: 'javascript' }, programMs);
  try {
    return evaluate(context, source, JSON.stringify([sample, item ?? null]));
  } catch (error) {
    // Otherwise the engine itself gave up, and is not to be used again.
    if (!(error instanceof ProgramFailure)) engine = undefined;
    if (isLate()) throw new GradingFault(late.kind, late.message);
    const reason = error instanceof ProgramFailure ? error.message : told(error);
    throw new GradingFault('python_grader_runtime_error', failureText(name, reason));
  } finally {
    try {
      context.dispose();
      runtime.dispose();
    } catch {
      // A program that filled the stack leaves an engine that cannot be cleared: the next one gets another.
      engine = undefined;
    }
  }
}

/** Why a program could never give a score, as one sentence, or undefined: it cannot be read, or has no `grade`. It is not run. */
export function programProblem({
  name,
  source,
}: {
  readonly name: string;
  readonly source: string;
}): string | undefined {
  const program = `The program of the grader ${JSON.stringify(name)}`;
  try {
    new Script(source, { filename: 'grader' });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, line = '1'] = /^grader:(\d+)/.exec(error.stack ?? '') ?? [];
    return `${program} cannot be read: line ${line}: ${error.message}.`;
  }
  return /\bgrade\b/.test(source)
    ? undefined
    : `${program} defines no function grade(sample, item).`;
}

/** What this thread has computed since it began, in milliseconds of a processor. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function evaluate(context: QuickJSContext, source: string, values: string): number {
  const run = (code: string) => {
    const result = context.evalCode(code, 'grader.js');
    if (result.error === undefined) return result.value;
    const said = context.dump(result.error) as unknown;
    result.error.dispose();
    throw failed(told(said));
  };
  run(source).dispose();
  const defined = run('typeof grade');
  const isDefined = context.getString(defined) === 'function';
  defined.dispose();
  if (!isDefined) throw failed('it defines no function grade(sample, item)');
  const json = JSON.stringify(values);
  const value = run(`grade(...JSON.parse(${json}))`);
  const kind = context.typeof(value);
  const score = kind === 'number' ? context.getNumber(value) : undefined;
  const instead = kind === 'object' ? promised(context, value) : undefined;
  value.dispose();
  if (score === undefined) throw failed(instead ?? `grade gave no number but ${kind}`);
  if (!Number.isFinite(score)) throw failed(`grade gave ${score}, which is not a finite number`);
  return score;
}

/** Of a promise what became of it, such as a module that was not found; undefined of all else. */
function promised(context: QuickJSContext, value: QuickJSHandle): string | undefined {
  const jobs = context.runtime.executePendingJobs();
  jobs.error?.dispose();
  const state = context.getPromiseState(value);
  if (state.type === 'rejected') {
    const said = context.dump(state.error) as unknown;
    state.error.dispose();
    return told(said);
  }
  if (state.type === 'fulfilled') {
    if (state.notAPromise === true) return undefined;
    state.value.dispose();
  }
  return 'grade gave a promise, which nobody waits for';
}

/** Why a program gave no score. */
class ProgramFailure extends Error {}

const failed = (reason: string) => new ProgramFailure(reason);

/** Longest words of a program's own failure that are told. */
const mostTold = 500;

function told(error: unknown): string {
  const { name, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown;
    message?: unknown;
  };
  const text =
    message === undefined ? JSON.stringify(error) : `${String(name)}: ${String(message)}`;
  return text.slice(0, mostTold);
}
