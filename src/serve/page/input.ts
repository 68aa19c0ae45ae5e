import { byId } from './dom.ts';

/** Sets up choosing and dropping files. */
export function setUpInput(onFiles: (files: File[]) => void, onTrouble: (message: string) => void): void {
  const input = byId<HTMLInputElement>('files');
  byId('choose').addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = ''; // so that the same file can be given again
    if (files.length > 0) onFiles(files);
  });

  // The whole page accepts dropped files: otherwise one dropped beside the field would replace the page.
  const drop = byId('drop');
  let depth = 0;
  const over = (change: number): void => {
    depth = Math.max(0, depth + change);
    drop.classList.toggle('over', depth > 0);
  };
  addEventListener('dragenter', () => over(1));
  addEventListener('dragleave', () => over(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    over(-depth);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) onFiles(files);
    else onTrouble('That was not a file: drop audio files from a folder.');
  });
}
