import { defineConfig } from 'vite';

/** The dashboard as static files in `dist`, which the gateway serves under /ui/: `vite build services/gateway/web`. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2024',
    outDir: 'dist',
    // Nothing in the page's head or in its styles: the content policy takes files of the gateway alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
