import { command, group } from './lazily.ts';

/** All commands, as listed by `ser --help`. */
export const COMMANDS = [
  command(
    'compare <first> <second>',
    'Compare two reports on the same clips: figures, their differences, paired tests',
    () => import('./compare/compare.ts'),
  ),
  group(
    'data',
    'List any recordings for training, download a corpus, check a folder of one, or sort recordings by gender',
    [
      command(
        'download',
        'Download the audio of a corpus, check it and unpack it; continues after an interruption',
        () => import('./data/download.ts'),
      ),
      command(
        'check <folder>',
        'List which clips of a corpus a folder contains, and which are missing, duplicate or foreign (exit code 1)',
        () => import('./data/check.ts'),
      ),
      command(
        'init <folder>',
        'Guess speaker, gender and emotion of any recordings from their names, and write a manifest to check and to train on',
        () => import('./data/init.ts'),
      ),
      command(
        'split',
        'Sort a corpus of unknown speakers by predicted gender into a manifest to check and to train on; moves no files',
        () => import('./data/split.ts'),
      ),
    ],
    'name what to do: init, download, check or split',
  ),
  group(
    'embeddings',
    'Encoders of speech for feature sets: list, download or inspect them, or extract their values',
    [
      command(
        'list [name]',
        'List encoders that can be downloaded: source, size, licence, frames, and what to expect of them',
        () => import('./embeddings/list.ts'),
      ),
      command(
        'download <name>',
        'Download an encoder and check it; continues after an interruption',
        () => import('./embeddings/download.ts'),
      ),
      command(
        'inspect <encoder>',
        'Describe an encoder in an ONNX file: what it takes and gives, its layers, its feature sets',
        () => import('./embeddings/inspect.ts'),
      ),
      command(
        'extract <paths..>',
        'Print the values of an encoder for audio files, and for folders of them',
        () => import('./embeddings/extract.ts'),
      ),
    ],
    'name what to do: list, download, inspect or extract',
  ),
  command(
    'eval [who]',
    'Score models on the test clips of a protocol: figures with intervals, charts, a report folder',
    () => import('./eval/eval.ts'),
  ),
  command(
    'export <model>',
    'Write the classifier of a model as an ONNX graph for other programs, with its labels and the features that it takes',
    () => import('./export/export.ts'),
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
      'Draw waveform, mel spectrogram, MFCC and chroma of a clip as one picture; a long clip is averaged',
      () => import('./features/show.ts'),
    ),
    command(
      'windows <file>',
      'Print the feature vectors of a long recording, window by window, in bounded memory',
      () => import('./features/windows.ts'),
    ),
  ]),
  group('gender', 'Classify voices as male or female; import or download the model for it', [
    command(
      '$0 <files..>',
      'Classify the voices in audio files and folders as male or female',
      () => import('./gender/classify.ts'),
    ),
    command(
      'import',
      'Make an ONNX gender model from the weights of an ECAPA-TDNN (safetensors, with PyTorch’s names)',
      () => import('./gender/import.ts'),
    ),
    command(
      'download',
      'Download the published ECAPA-TDNN gender model (62 MB), check it and convert it to ONNX; continues after an interruption',
      () => import('./gender/download.ts'),
    ),
  ]),
  command(
    'heat-map',
    'Train on each of several corpora and test on each: a report of every pair, and their UARs as a map',
    () => import('./heatMap/heatMap.ts'),
  ),
  command(
    'jobs [what] [run]',
    'List the runs and units of a queue, retry those that failed, cancel a run, or show them as a web page',
    () => import('./queue/jobs.ts'),
  ),
  command(
    'mcp',
    'Offer prediction, features, evaluation and reports to assistants, through the Model Context Protocol on standard input and output',
    () => import('./mcp/mcp.ts'),
  ),
  command(
    'predict [paths..]',
    'Predict gender and emotion of audio files and of folders of them',
    () => import('./predict/predict.ts'),
  ),
  command(
    'report <dir>',
    'Make a report folder again from its predictions, without training: page, Markdown, charts',
    () => import('./report/report.ts'),
  ),
  command(
    'reproduce',
    'Train the male and the female model from the committed tables, and evaluate them on the 491 test clips',
    () => import('./reproduce/reproduce.ts'),
  ),
  command(
    'robustness',
    'Score models on test clips with noise, gain, clipping, telephone, MP3, reverberation or added silence',
    () => import('./robustness/robustness.ts'),
  ),
  command('serve', 'Serve the web page and the HTTP API', () => import('./serve/serve.ts')),
  group('train', 'Train an emotion model, or the network that classifies male and female voices', [
    command(
      'gender',
      'Train the network that classifies male and female voices, from the audio of three corpora',
      () => import('./train/gender.ts'),
    ),
    command(
      '$0 <gender>',
      'Train an emotion model on the training clips of a protocol and write its folder',
      () => import('./train/emotion.ts'),
    ),
  ]),
  command(
    'tune',
    'Choose the options of a classifier on the training clips of each fold: random search or successive halving',
    () => import('./tune/tune.ts'),
  ),
  command(
    'worker',
    'Do units of work of other commands, which these put into a queue (--queue)',
    () => import('./queue/worker.ts'),
  ),
];
