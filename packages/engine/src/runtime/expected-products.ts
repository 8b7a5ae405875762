import { kernelLibrary } from '@lathe/kernels/kernel-library';
import type { CpuChoice } from './cpu-binding.ts';
import type { Products } from './device.ts';
import { padsWidths } from './first-cache.ts';

/**
 * Whose products of matrices a run on the CPU will take, by what is asked for and what set-up built. Nothing is loaded, so a
 * library that does not load later is not found out.
 * @example const products = expectedProducts({ binding: 'auto', kernels: 'auto' });
 */
export function expectedProducts({ binding, kernels = 'off', padding }: CpuChoice): Products {
  const hasKernels = binding !== 'node' && kernels !== 'off' && 'file' in kernelLibrary();
  if (hasKernels) return 'lathe';
  return padsWidths(padding) ? 'padded' : 'onnxruntime';
}
