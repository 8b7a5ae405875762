import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const views = [
  { name: 'light', size: '1000,2600', settings: 'preferredColorScheme=1' },
  { name: 'dark', size: '1000,2600', settings: 'preferredColorScheme=0' },
  { name: 'phone', size: '390,3600', settings: 'preferredColorScheme=1' },
] as const;

/** Takes pictures of a page with Chromium, in light and dark and as wide as a phone, as PNG files beside it. */
export async function takePictures(page: string, chromium: string): Promise<void> {
  for (const { name, size, settings } of views) {
    const picture = page.replace(/\.html$/, `.${name}.png`);
    const shown = [`--window-size=${size}`, `--blink-settings=${settings}`];
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', ...shown];
    const url = `file://${path.resolve(page)}`;
    await promisify(execFile)(chromium, [...flags, `--screenshot=${picture}`, url]);
  }
}
