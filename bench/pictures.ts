import path from 'node:path';
import { chromium } from 'playwright-core';

const views = [
  { name: 'light', width: 1000, colorScheme: 'light' },
  { name: 'dark', width: 1000, colorScheme: 'dark' },
  { name: 'phone', width: 390, colorScheme: 'light' },
] as const;

/** Takes pictures of a whole page with Chromium, in light and dark and as wide as a phone, as PNG files beside it. */
export async function takePictures(page: string, executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const { name, width, colorScheme } of views) {
      const shown = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
      await shown.goto(`file://${path.resolve(page)}`);
      await shown.screenshot({ path: page.replace(/\.html$/, `.${name}.png`), fullPage: true });
      await shown.close();
    }
  } finally {
    await browser.close();
  }
}
