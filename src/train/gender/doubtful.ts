/** The gender of a voice is doubtful where its probability is lower than this. */
export const DOUBTFUL_GENDER = 0.9;
