import { SerError } from '../../error.ts';
import type { Clip } from '../clip.ts';
import type { Corpus, CorpusScan } from '../corpora/corpus.ts';
import { findSource, scanSource, type Source, type SourceOptions } from './source.ts';

/** The sources that words name. @throws {SerError} as `findSource`; `corpus` if two have one name */
export function findSources(given: readonly string[], options: SourceOptions): Source[] {
  const sources = given.map((one) => findSource(one, options));
  const names = sources.map(({ corpus }) => corpus.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new SerError('corpus', `Two of the data are called ${twice}: give one of them a folder or a manifest of another name.`); // prettier-ignore
  return sources;
}

/** The clips of several sources as one corpus: audio must be there of all of them. */
export async function dataClips(
  given: readonly string[],
  options: SourceOptions & { onScan?: (source: Source, scan: CorpusScan) => void },
): Promise<{ corpus: Corpus; scan: CorpusScan }> {
  const sources = findSources(given, options);
  const scans: CorpusScan[] = [];
  for (const source of sources) {
    const scan = await scanSource(source, options);
    options.onScan?.(source, scan);
    scans.push(scan);
  }
  if (sources.length === 1) return { corpus: sources[0].corpus, scan: scans[0] };
  const corpora = sources.map(({ corpus }) => corpus);
  return {
    corpus: {
      ...corpora[0],
      name: corpora.map(({ name }) => name).join('+'),
      title: corpora.map(({ title }) => title).join(' and '),
      licence: [...new Set(corpora.map(({ licence }) => licence))].join('; '),
    },
    scan: {
      clips: distinctClips(scans.map(({ clips }) => clips)).flat(),
      problems: scans.flatMap(({ problems }) => problems),
      passedOver: scans.flatMap(({ passedOver }) => passedOver),
      gendersFilledIn: scans.reduce((sum, { gendersFilledIn = 0 }) => sum + gendersFilledIn, 0),
    },
  };
}

/** Clips of which none, and no speaker, of one corpus is called like one of another: those get the name of the corpus in front. */
export function distinctClips<T extends Clip>(lists: readonly (readonly T[])[]): T[][] {
  const shared = (nameOf: (clip: T) => string): Set<string> => {
    const owners = new Map<string, string>();
    const found = new Set<string>();
    for (const clip of lists.flat()) {
      if ((owners.get(nameOf(clip)) ?? clip.corpus) !== clip.corpus) found.add(nameOf(clip));
      owners.set(nameOf(clip), clip.corpus);
    }
    return found;
  };
  const ids = shared(({ id }) => id);
  const speakers = shared(({ speaker }) => speaker);
  return lists.map((clips) =>
    clips.map((clip) => ({
      ...clip,
      id: ids.has(clip.id) ? `${clip.corpus}/${clip.id}` : clip.id,
      speaker: clip.speaker && speakers.has(clip.speaker) ? `${clip.corpus}/${clip.speaker}` : clip.speaker,
    })),
  );
}
