/** Present in Node and Deno. */
const { process } = globalThis as { process?: { env: Record<string, string | undefined> } };
/** None in bundles of some formats. */
const here = import.meta.url as string | undefined;

/** The command as users type it: in the project, where it may be `ser`, through npm, and in an installed package. */
export const COMMAND = !here?.endsWith('.ts')
  ? 'gender-ser'
  : process?.env.npm_lifecycle_script?.includes(' src/cli.ts')
    ? 'npm run -s ser --'
    : 'ser';

/** A message with its commands, such as `ser eval`, as users type them. */
export const withCommand = (message: string, command = COMMAND): string =>
  message.replace(/`ser (?=[a-z])/g, `\`${command} `);
