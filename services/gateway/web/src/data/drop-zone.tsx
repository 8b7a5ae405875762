import { useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../api/client.ts';
import { upload } from '../api/upload.ts';
import { navigate } from '../shell/router.ts';
import { percentText } from '../ui/numbers.ts';
import { Progress } from '../ui/progress.tsx';
import { Problem } from '../ui/states.tsx';

/** Takes a file that is dropped or chosen, uploads it and shows what is in it. */
export function DropZone() {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProblem(null);
    setSending({ name: file.name, share: 0 });
    try {
      const { id } = await upload(file, (share) => setSending({ name: file.name, share }));
      navigate(`/data/${id}`);
    } catch (error) {
      setProblem(sentenceOf(error));
      setSending(null);
    }
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
        <p class="empty-title">Drop a file of rows here</p>
        <p class="soft">
          JSON Lines, JSON, CSV, TSV, Parquet, CoNLL, SQuAD, text, Markdown, or a zip of them; also
          packed with gzip or zstd. It stays on this machine.
        </p>
        <button type="button" class="main" onClick={() => input.current?.click()}>
          Choose a file
        </button>
        <input
          ref={input}
          type="file"
          class="unseen"
          aria-label="File of rows"
          tabIndex={-1}
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </section>
      {problem !== null && <Problem text={problem} />}
    </>
  );
}
