import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Forbids imports of the rooms to the right: data flows features, onnx → data → train → eval → serve → queue and never back. */
const room = (name, forbidden, message) => ({
  files: [`src/${name}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', { patterns: forbidden.map((group) => ({ group: [group], message })) }],
  },
});
const nodeGlobals = Object.fromEntries(
  ['AbortController', 'AbortSignal', 'Buffer', 'URL', 'clearInterval', 'console', 'process', 'setInterval'].map(
    (name) => [name, 'readonly'],
  ),
);
const otherRooms = (...names) => names.map((name) => `**/${name}/*`);

export default tseslint.config(
  { ignores: ['dist', '.compiled', 'reports', 'site/api', 'site/dist', 'coverage', 'data/raw', '**/*.ipynb'] },
  js.configs.recommended,
  tseslint.configs.strict,
  tseslint.configs.stylistic,
  prettier,
  {
    languageOptions: { parserOptions: { ecmaVersion: 'latest' } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: nodeGlobals },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { module: 'writable', require: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['src/commands/**', 'src/cli.ts', 'bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  room(
    'onnx',
    otherRooms('features', 'data', 'train', 'eval', 'serve', 'queue', 'commands'),
    'src/onnx knows the format and the runtime, and nothing of what a network is for.',
  ),
  room(
    'features',
    [
      ...otherRooms('onnx', 'data', 'train', 'eval', 'serve', 'queue', 'commands'),
      'node:*',
      'fs',
      'path',
      'worker_threads',
    ],
    'src/features is pure signal processing: no other room, nothing of Node.',
  ),
  room(
    'data',
    otherRooms('train', 'eval', 'serve', 'queue', 'commands'),
    'src/data knows nothing of training, evaluation or serving.',
  ),
  room('eval', otherRooms('train', 'serve', 'queue', 'commands'), 'src/eval sees predictions, never models.'),
  room('train', otherRooms('serve', 'queue', 'commands'), 'src/train hands its results on; it does not serve.'),
  room('serve', otherRooms('queue', 'commands'), 'src/serve is used by the commands, not the other way round.'),
  room('queue', otherRooms('commands'), 'src/queue is used by the commands, not the other way round.'),
);
