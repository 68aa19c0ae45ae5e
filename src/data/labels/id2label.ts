/** Labels by their index, as in the `config.json` of Hugging Face's models. */
export const id2labelOf = (labels: readonly string[]): Record<number, string> => Object.fromEntries(labels.entries());
