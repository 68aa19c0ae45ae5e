/** What one input may take: far more than any takes, so that a busy machine fails nothing. */
export const LIMITS = { seconds: 10, megabytes: 512 } as const;
