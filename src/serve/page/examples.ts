import { button, byId, h } from './dom.ts';

/** A recording to try the page with. */
export interface Example {
  title: string;
  /** Path below `data/` of the package, and below `/examples/` of the server. */
  file: string;
  /** What is true of it, to compare the answer with. */
  known: string;
}

/** Free of rights, and no person was recorded (`data/voices/README.md`, `data/demo/README.md`). */
export const EXAMPLES: readonly Example[] = [
  {
    title: 'A woman, neutral',
    file: 'voices/woman.flac',
    known: 'a woman’s voice, neutral. It is a speech synthesiser, which has no emotions.',
  },
  {
    title: 'A man, neutral',
    file: 'voices/man.flac',
    known: 'a man’s voice, neutral. It is a speech synthesiser, which has no emotions.',
  },
  {
    title: 'No words',
    file: 'demo/male.wav',
    known: 'none. These are made-up vowels, not a voice.',
  },
];

/** A button for each example. @param onExample  called with the recording */
export function setUpExamples(
  onExample: (example: { file: Blob; name: string; known: string }) => void,
  onTrouble: (message: string) => void,
): void {
  const buttons = EXAMPLES.map(({ title, file, known }) =>
    button(title, () => {
      fetch(`/examples/${file}`)
        .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(String(response.status)))))
        .then((blob) => onExample({ file: blob, name: file.split('/').at(-1)!, known }))
        .catch(() => onTrouble('The example could not be fetched: is the server still running?'));
    }),
  );
  byId('examples').append(h('span', { id: 'examples-title', class: 'small' }, 'Or try one:'), ...buttons);
}
