import type { Protocol } from '../protocols/protocol.ts';

/**
 * The same protocol, whose description says that test clips are standardised by others of their speakers: no figure of such a model without it.
 * @param clips  known clips of each test speaker, at most. Default: all of the test clips
 * @example
 * speakerAdapted(getProtocol('luna-5fold')).adaptation.endsWith('(transductive).') // → true
 */
export function speakerAdapted(protocol: Protocol, clips?: number): Protocol {
  const known =
    clips === undefined
      ? 'all test clips of its speaker'
      : `${clips === 1 ? 'itself alone' : `at most ${clips} test clips of its speaker, itself and others drawn at random`}`;
  const adaptation = `Speaker-adapted: each test clip is standardised by the statistics of ${known}, without labels (transductive).`;
  return { ...protocol, adaptation, describe: (all) => `${protocol.describe(all)} ${adaptation}` };
}
