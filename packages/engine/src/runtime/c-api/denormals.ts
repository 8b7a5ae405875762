import { stayingLibrary } from '@lathe/native/koffi';

/** Where glibc's `fenv_t` for x86-64 keeps the register MXCSR, and its bits "flush to zero" and "denormals are zero". */
const registerAt = 28;
const flushes = 0x80_40;

/**
 * Makes this thread take numbers too small for full precision for zero, as all threads of ONNX Runtime do under
 * `session.set_denormal_as_zero`. ONNX Runtime does so itself for the first thread of a process that opens a session, and
 * only on x86-64; a process may have opened one elsewhere before.
 */
export function flushDenormals(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const math = stayingLibrary('libm.so.6');
  const environment = new DataView(new ArrayBuffer(64));
  math.func('fegetenv', 'int', ['void *'])(environment);
  environment.setUint32(registerAt, environment.getUint32(registerAt, true) | flushes, true);
  math.func('fesetenv', 'int', ['void *'])(environment);
}
