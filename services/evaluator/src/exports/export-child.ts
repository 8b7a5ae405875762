/** Writes one export in a process of its own: it may take memory and hours, and is killed when nobody wants it any more. */
import { CheckpointError, UnsupportedModelError } from '@lathe/engine/checkpoint-error';
import { exportModel } from '@lathe/engine/export-model';
import { type FromExporter, toExporterSchema } from './export-message.ts';

async function answer(message: unknown): Promise<FromExporter> {
  const { adapter, dtype, ...request } = toExporterSchema.parse(message);
  try {
    const made = await exportModel({
      ...request,
      adapter: adapter ?? undefined,
      dtype: dtype ?? undefined,
    });
    const { absolute, relative, tolerance } = made.replay;
    return {
      kind: 'done',
      ...{ dtype: made.dtype, notes: [...made.notes] },
      replay: { absolute, relative, tolerance },
    };
  } catch (error) {
    const isRefusal =
      error instanceof CheckpointError ||
      error instanceof UnsupportedModelError ||
      error instanceof RangeError;
    if (!isRefusal) throw error;
    return { kind: 'refused', message: error.message };
  }
}

process.once('message', (message) => {
  answer(message).then(
    (told) => process.send?.(told, () => process.exit()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
// Nobody is left to export for.
process.once('disconnect', () => process.exit());
