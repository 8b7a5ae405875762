/** The program of the engine process: it holds the ONNX Runtime sessions of one run. */
import { serveEngine } from './engine-link.ts';
import { openRun } from './open-run.ts';

serveEngine(openRun);
