import { command, group } from './lazily.ts';

/** All commands, as `ser --help` shows them. */
export const COMMANDS = [
  command(
    'compare <first> <second>',
    'Set two reports side by side on the same clips: figures, their differences, paired tests',
    () => import('./compare/compare.ts'),
  ),
  group(
    'data',
    'Download a corpus, check a folder of one, or sort any recordings by gender',
    [
      command(
        'download',
        'Fetch the audio of a corpus, check it, unpack it; goes on where it was stopped',
        () => import('./data/download.ts'),
      ),
      command(
        'check <folder>',
        'Say which clips of a corpus a folder holds, and what is missing, twice or foreign (then the exit code is 1)',
        () => import('./data/check.ts'),
      ),
      command(
        'split',
        'Sort a corpus of unknown speakers by predicted gender: a manifest to check and to train from; moves nothing',
        () => import('./data/split.ts'),
      ),
    ],
    'say what to do: download, check or split',
  ),
  command(
    'eval [who]',
    'Score models on the test clips of a protocol: figures with intervals, charts, a report folder',
    () => import('./eval/eval.ts'),
  ),
  group('features', 'Feature vectors of any audio files, a picture of them, or the tables of a corpus', [
    command(
      'build',
      'Compute the feature tables of a corpus and of its augmented copies from the audio',
      () => import('./features/build.ts'),
    ),
    command(
      ['extract <paths..>', '$0'],
      'Print the feature vectors of audio files, and of folders of them',
      () => import('./features/extract.ts'),
    ),
    command(
      'show <file>',
      'Draw waveform, mel spectrogram, MFCC and chroma of a clip as one picture; a long one is averaged to what it can show',
      () => import('./features/show.ts'),
    ),
    command(
      'windows <file>',
      'Print the feature vectors of a long recording, window by window, in bounded memory',
      () => import('./features/windows.ts'),
    ),
  ]),
  group('gender', 'Tell male from female voices; import or download the model for it', [
    command(
      '$0 <files..>',
      'Tell male from female voices in audio files and folders of them',
      () => import('./gender/classify.ts'),
    ),
    command(
      'import',
      'Make an ONNX gender model of the weights of an ECAPA-TDNN (safetensors, in PyTorch’s names)',
      () => import('./gender/import.ts'),
    ),
    command(
      'download',
      'Fetch the published ECAPA-TDNN gender model (62 MB), check it, make ONNX of it; goes on where it was stopped',
      () => import('./gender/download.ts'),
    ),
  ]),
  command(
    'predict <paths..>',
    'Predict gender and emotion of audio files and of folders of them',
    () => import('./predict/predict.ts'),
  ),
  command(
    'report <dir>',
    'Make a report folder again from the predictions it keeps, without training: page, Markdown, charts',
    () => import('./report/report.ts'),
  ),
  command(
    'reproduce',
    'Train the male and the female model from the committed tables, and evaluate them on the 491 test clips',
    () => import('./reproduce/reproduce.ts'),
  ),
  command(
    'robustness',
    'Score models on test clips under noise, gain, clipping, telephone, MP3, reverberation and silence around',
    () => import('./robustness/robustness.ts'),
  ),
  command('serve', 'Serve the web page and the HTTP API', () => import('./serve/serve.ts')),
  group('train', 'Train an emotion model, or the network that tells male from female voices', [
    command(
      'gender',
      'Train the network that tells male from female voices, from the audio of three corpora',
      () => import('./train/gender.ts'),
    ),
    command(
      '$0 <gender>',
      'Train an emotion model on the training clips of a protocol and write its folder',
      () => import('./train/emotion.ts'),
    ),
  ]),
];
