import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's chromium keeps its Vulkan loader and SwiftShader, a Vulkan driver that computes on the CPU. */
const folder = '/usr/lib/chromium';
const driver = 'vk_swiftshader_icd.json';
const loader = 'libvulkan.so.1';

/** Variables under which a process finds SwiftShader as its GPU; null where it is not installed. */
export function softwareGpu(): Readonly<Record<string, string>> | null {
  if (![driver, loader].every((file) => existsSync(join(folder, file)))) return null;
  return { VK_ICD_FILENAMES: join(folder, driver), LD_LIBRARY_PATH: folder };
}
