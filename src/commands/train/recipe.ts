import { SerError } from '../../error.ts';
import { FAMILY_NAMES, type FamilyName } from '../../train/families/families.ts';
import { type Recipe, RECIPES } from '../../train/families/recipes.ts';
import { typedName } from '../../train/classifiers/options.ts';
import { optionNameOf } from '../commandLine.ts';

/** Options that start from their own defaults instead of a recipe. */
const OWN = ['classifier', 'features', 'table'];

/** Options of a recipe that name what is learnt from: other data takes their place. */
const DATA = ['table', 'augmented-table', 'also', 'also-weight', 'protocol'];

/** `--models` where models are trained. */
export const RECIPE_OPTION = {
  choices: FAMILY_NAMES,
  default: 'default' as FamilyName,
  describe: `Family of models whose recipe is followed (docs/models.md), where none of ${OWN.map((name) => `--${name}`).join(', ')} is given`,
} as const;

/** What of a recipe stands in for options that are not typed, and the words of the command with it. */
export interface RecipeArguments {
  /** By the options' names. */
  recipe: Record<string, unknown>;
  /** The same training in words, whatever becomes of the recipe: with its options instead of the family's name. */
  words: readonly string[];
}

/**
 * The recipe of a family, without the options that are typed, which go before it. A recipe is followed as a whole: a classifier, features or a table of
 * the user's own start from the options' own defaults instead. With data of the user's own it is followed in all but what it learns from.
 * @param names  options by which the family may have been typed
 * @param words  the command line
 * @throws {SerError} `usage` for a family that is typed beside a classifier, features or a table
 */
export function recipeOf(
  models: FamilyName,
  names: readonly string[] = ['models'],
  words: readonly string[] = process.argv.slice(2),
): RecipeArguments {
  const typed = new Set(words.map(optionNameOf));
  const family = names.find((name) => typed.has(name));
  const own = OWN.find((name) => typed.has(name));
  if (own !== undefined) {
    if (family === undefined) return { recipe: {}, words };
    throw new SerError('usage', `--${family} ${models} names a recipe, with a classifier, features and tables of its own: leave out that, or --${own}.`); // prettier-ignore
  }
  const isOther = (name: string): boolean => typed.has('data') && DATA.includes(name);
  const recipe = Object.entries(RECIPES[models]).filter(([name]) => !typed.has(typedName(name)) && !isOther(name));
  const others = words.filter((word, i) => !names.includes(optionNameOf(word)) && !names.some((name) => words[i - 1] === `--${name}`)); // prettier-ignore
  return { recipe: Object.fromEntries(recipe), words: [...others, ...recipe.flatMap(asTyped)] };
}

function asTyped([name, value]: [string, Recipe[string]]): string[] {
  const option = typedName(name);
  if (typeof value === 'boolean') return [`--${value ? '' : 'no-'}${option}`];
  if (typeof value === 'object') return value.map((one) => `--${option}=${one}`);
  return [option.length === 1 ? `-${option}` : `--${option}`, String(value)];
}
