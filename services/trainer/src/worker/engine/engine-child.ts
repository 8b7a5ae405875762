/** The program of the engine process: it holds the ONNX Runtime sessions of one run. */
import { yieldToEventLoops } from '@lathe/platform/priority';
import { serveEngine } from './engine-link.ts';
import { openTrainer } from './open-trainer.ts';

yieldToEventLoops();
serveEngine(openTrainer);
