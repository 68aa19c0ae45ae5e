/** A repository of the Hugging Face hub at a revision, so that its files stay the same. */
export interface HubRepository {
  repository: string;
  /** The full hash of a commit. */
  revision: string;
}

/** Address of a repository's files, ending in a slash: on the hub, or on its mirror in `HF_ENDPOINT`. */
export function hubUrl(
  { repository, revision }: HubRepository,
  endpoint = process.env.HF_ENDPOINT || 'https://huggingface.co',
): string {
  return `${endpoint.replace(/\/+$/, '')}/${repository}/resolve/${revision}/`;
}
