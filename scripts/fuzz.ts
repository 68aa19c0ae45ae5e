/**
 * Damaged files for everything that reads files: `npm run fuzz -- --help`. Ends with exit code 1 if any ends in something else than
 * a value or a `SerError`, prints, or takes longer or more memory than it may.
 */
import yargs from 'yargs';
import { chooseTargets, fuzz, type FuzzFailure, keepInput, type TargetResult } from '../test/fuzz/fuzz.ts';
import { LIMITS } from '../test/fuzz/limits.ts';
import { createInput, getTarget } from '../test/fuzz/targets.ts';

const argv = await yargs(process.argv.slice(2))
  .scriptName('npm run fuzz --')
  .usage('$0 [options]\n\nGives damaged files to all decoders and to everything else that reads files.')
  .option('inputs', { type: 'number', default: 100_000, describe: 'How many in all, dealt evenly to the targets' })
  .option('seed', { type: 'number', default: 1, describe: 'The same seed makes the same inputs' })
  .option('only', {
    type: 'string',
    array: true,
    describe: 'Targets, by their names or beginnings: "audio", "manifest"',
  })
  .option('time', { type: 'number', describe: 'Seconds after which no more inputs are begun' })
  .option('input', { type: 'number', describe: 'Repeats the input of this number, of the one target of --only' })
  .option('keep', { type: 'string', default: 'fuzz-failures', describe: 'Folder for inputs that fail' })
  .option('workers', { type: 'number', default: 2, describe: 'Threads' })
  .strict()
  .parse();

const names = chooseTargets(argv.only);
if (names.length === 0) fail(`there is no target ${argv.only?.join(', ')}; there are ${chooseTargets().join(', ')}`);
if (!(Number.isInteger(argv.inputs) && argv.inputs > 0))
  fail(`--inputs must be a whole number from 1; it is ${argv.inputs}`);

if (argv.input !== undefined) {
  const name = argv.only?.find((one) => names.includes(one)) ?? names[0];
  const failure = { target: name, input: argv.input, what: '' };
  const bytes = createInput(getTarget(name), argv.input, argv.seed);
  console.log(
    `${name}, input ${argv.input}, seed ${argv.seed}: ${bytes.length} bytes in ${keepInput(argv.keep, failure, bytes)}`,
  );
  try {
    console.log(await getTarget(name).read(bytes, argv.keep));
  } catch (error) {
    console.log(error);
  }
  process.exit();
}

let told = performance.now();
const began = told;
const { targets, growth, failures } = await fuzz({
  ...{ inputs: argv.inputs, seed: argv.seed, only: argv.only, seconds: argv.time, workers: argv.workers },
  onProgress: (done, total, failed) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    console.error(`${done} of ${total} inputs, ${failed} failures, ${((told - began) / 1000).toFixed()} s`);
  },
});

console.log(table(targets));
const inputs = targets.reduce((sum, target) => sum + target.inputs, 0);
console.log(
  `\n${inputs} inputs, seed ${argv.seed}, ${((performance.now() - began) / 1000).toFixed()} s; at most ${growth} MB more memory; ` +
    `${failures.length} outcomes other than a value or a SerError within ${LIMITS.seconds} s and ${LIMITS.megabytes} MB`,
);
for (const failure of failures.slice(0, 50)) tell(failure);
if (failures.length > 50) console.log(`… and ${failures.length - 50} more`);
process.exit(failures.length > 0 ? 1 : 0);

function tell(failure: FuzzFailure): void {
  const { target, input, what } = failure;
  console.log(`\n${target}, input ${input}: ${what}`);
  if (input < 0) return;
  const path = keepInput(argv.keep, failure, createInput(getTarget(target), input, argv.seed));
  console.log(
    `  kept in ${path}; again: npm run fuzz -- --only ${JSON.stringify(target)} --seed ${argv.seed} --input ${input}`,
  );
}

function table(results: readonly TargetResult[]): string {
  const codes = [...new Set(results.flatMap(({ errors }) => [...errors.keys()]))].sort();
  const lines = [
    ['target', 'inputs', 'values', ...codes, 'other', 'slowest'],
    ...results.map(({ target, inputs, values, errors, failures, slowest }) => [
      ...[target, inputs, values, ...codes.map((code) => errors.get(code) ?? 0), failures.length].map(String),
      `${Math.ceil(slowest)} ms`,
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ')).join('\n'); // prettier-ignore
}

function fail(message: string): never {
  console.error(`error: ${message}`);
  process.exit(2);
}
