import type { FileObject } from '@lathe/contracts/http/file';
import { useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../api/client.ts';
import { type UploadPurpose, upload } from '../api/upload.ts';
import { percentText } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { Problem } from '../ui/states.tsx';

type Props = {
  /** What can be dropped: `Drop a file of rows here`. */
  readonly title: string;
  readonly hint: string;
  /** What the file is, for those who do not see the place. */
  readonly label: string;
  readonly purpose: UploadPurpose;
  readonly onUploaded: (file: FileObject) => void;
};

/** Takes a file that is dropped or chosen, and uploads it. */
export function DropZone({ title, hint, label, purpose, onUploaded }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem(null);
    setSending({ name: file.name, share: 0 });
    try {
      const tell = (share: number): void => setSending({ name: file.name, share });
      onUploaded(await upload(file, purpose, tell));
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    setSending(null);
  };
  if (sending !== null)
    return (
      <div class="drop" role="status">
        <p>
          Uploading {sending.name}: {percentText(Math.round(100 * sending.share) / 100)}
        </p>
        <Progress share={sending.share} label="Share of the file that is uploaded" />
      </div>
    );
  return (
    <>
      <section
        class={`drop${isOver ? ' over' : ''}`}
        aria-label="Place to drop a file"
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setIsOver(false);
          void take(event.dataTransfer?.files[0]);
        }}
      >
        <p class="empty-title">{title}</p>
        <p class="soft">{hint}</p>
        <button type="button" class="main" onClick={() => input.current?.click()}>
          Choose a file
        </button>
        <input
          ref={input}
          type="file"
          class="unseen"
          aria-label={label}
          tabIndex={-1}
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </section>
      {problem !== null && <Problem text={problem} />}
    </>
  );
}
