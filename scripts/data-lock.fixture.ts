/** For data-lock.test.ts: claims the folder that is named when it is told to, and says how that went. */
import { lockDataFolder } from './data-lock.ts';

process.once('message', () => {
  lockDataFolder(process.argv[2] ?? '').then(
    () => process.send?.('held'),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.once('disconnect', () => process.exit(0));
process.send?.('waiting');
