/** The program of the engine process: it holds the ONNX Runtime sessions of one run. */
import { serveEngine } from './engine-link.ts';
import { openTrainer } from './open-trainer.ts';

serveEngine(openTrainer);
