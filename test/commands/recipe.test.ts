import { expect, test } from 'vitest';
import { recipeOf } from '../../src/commands/train/recipe.ts';
import { getClassifier } from '../../src/train/classifiers/classifiers.ts';
import { completeOptions, optionsOf } from '../../src/train/classifiers/options.ts';
import { featureSet } from '../../src/data/embeddings/load.ts';
import { FAMILY_NAMES } from '../../src/train/families/families.ts';
import { RECIPES } from '../../src/train/families/recipes.ts';
import { runSer } from '../runSer.ts';

test.each(FAMILY_NAMES)('the recipe of %s names a classifier, features and options that there are', (name) => {
  const { classifier, features, ...others } = RECIPES[name];
  const known = optionsOf(getClassifier(classifier)).map(([option]) => option);
  const own = Object.fromEntries(Object.entries(others).filter(([option]) => known.includes(option)));
  expect(completeOptions(getClassifier(classifier), own)).toMatchObject(own);
  expect(featureSet(features).name).toBe(features);
});

test('the reference is the convolutional network on the 186 features, with augmented copies', () => {
  expect(RECIPES.reference).toEqual({ classifier: 'cnn', features: 'librosa186', augmentation: true });
});

test('a command follows the recipe of its family, and is spelt out without the name of the family', () => {
  const { recipe, words } = recipeOf('reference', ['models', 'model'], ['train', 'male', '--model', 'reference', '--seed', '2']); // prettier-ignore
  expect(recipe).toEqual(RECIPES.reference);
  expect(words).toEqual(['train', 'male', '--seed', '2', '--classifier', 'cnn', '--features', 'librosa186', '--augmentation']); // prettier-ignore
  expect(recipeOf('reference', ['models', 'model'], words)).toEqual({ recipe: {}, words });
});

test('an option that is typed goes before that of the recipe', () => {
  const { recipe, words } = recipeOf('reference', ['models'], ['eval', '--model', 'pair', '--models=reference', '--no-augmentation']); // prettier-ignore
  expect(recipe).toEqual({ classifier: 'cnn', features: 'librosa186' });
  expect(words).toEqual(['eval', '--model', 'pair', '--no-augmentation', '--classifier', 'cnn', '--features', 'librosa186']); // prettier-ignore
});

test.each([['--classifier', 'svm'], ['--features=meyda'], ['--table', 'mine.parquet']])(
  'with %s no recipe is followed',
  (...typed) => {
    const words = ['train', 'male', ...typed];
    expect(recipeOf('default', ['models'], words)).toEqual({ recipe: {}, words });
    expect(() => recipeOf('open', ['models'], [...words, '--models', 'open'])).toThrow(/--models open names a recipe/);
  },
);

test.each([
  ['train male --models mine', /--models mine: choose default, reference, adapted or open/],
  ['eval --protocol loso --model pair --models my/models', /--models my\/models: a cross-validation trains, by the recipe of one of default, reference, adapted, open/],
  ['eval --protocol loso --model reference --classifier svm', /--model reference names a recipe/],
  ['predict data/demo/male.wav --models referenz', /neither a folder referenz nor a family of models of that name: choose default, reference, adapted, open/],
])('ser %s: refused in words', async (typed, said) => {
  const { code, stderr } = await runSer(typed.split(' '));
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(said);
}, 240_000); // prettier-ignore
