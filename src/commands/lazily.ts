import type { Argv, CommandModule } from 'yargs';

/** Types of the options that a command's `builder` declares. */
export type Arguments<Builder> = Builder extends (parser: Argv) => Argv<infer Given> ? Given : never;

/** Exports of a command's file. */
interface CommandFile<Given> {
  builder: (parser: Argv) => Argv<Given>;
  handler: (given: Given) => void | Promise<void>;
}

/** A command, or a group of commands. */
export interface Command extends CommandModule {
  name: string;
  commands: readonly Command[];
  load: () => Promise<unknown>;
}

/** A command whose file, with everything it imports, is loaded when it is called. @param words  `$0` for the default of a group */
export function command<Given>(
  words: string | readonly [string, '$0'],
  describe: string,
  load: () => Promise<CommandFile<Given>>,
): Command {
  let file: CommandFile<Given>;
  const loaded = async (): Promise<CommandFile<Given>> => (file = await load());
  return {
    ...{ name: [words].flat()[0].split(' ')[0], command: words, describe, commands: [], load: loaded },
    builder: (parser) =>
      (file ? file.builder(parser) : loaded().then(({ builder }) => builder(parser))) as PromiseLike<Argv>,
    handler: (given) => file.handler(given as Given),
  };
}

/** Commands under a name. @param missing  the message if no command is named; not needed if one of them is the default */
export function group(name: string, describe: string, commands: readonly Command[], missing?: string): Command {
  const load = async (): Promise<unknown> => commands.find((one) => `${one.command}`.includes('$0'))?.load();
  return {
    ...{ name, command: name, describe, commands, load },
    builder: async (parser) => {
      // The help of a group includes the options of its default, for which yargs does not wait.
      await load();
      parser.command([...commands]);
      return missing ? parser.demandCommand(1, missing) : parser;
    },
    handler: () => undefined,
  };
}
