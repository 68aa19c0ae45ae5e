import { namedCorpus } from './namedCorpus.ts';

const MEN = [
  '0461', '0482', '0560', '0739', '0765', '0960', '0981', '1012', '1027', '1029', '1030', '1033', '1037', '1039', '1064', '1099', '1109', '1135', '1156', '1181', '1186', '1228', '1260', '1292', '1293', '1309', '1334', '1336',
  '1407', '1408', '1420', '2016', '2236', '2242', '2252', '2355', '2621', '2740', '2892', '2897', '2917', '2937', '3023', '7001', '8002', '9601', '9609', '9619', '9623', '9624', '9626', '9628', '9631', '9634', '9639', '9649',
]; // prettier-ignore
const WOMEN = [
  '0024', '0036', '0120', '0135', '0157', '0306', '0457', '0563', '0567', '0575', '0594', '0736', '0811', '0813', '1362', '1372', '2002', '2022', '2031', '2036', '2059', '2061', '2089', '2112', '2116', '2129', '2168', '2170', '2208', '2244', '2251', '2282', '2327', '2380', '2402', '2427',
  '2430', '2438', '2441', '2448', '2450', '2451', '2488', '2538', '2799', '2981', '4005', '9600', '9604', '9606', '9607', '9608', '9610', '9611', '9612', '9613', '9614', '9615', '9616', '9617', '9618', '9622', '9625', '9629', '9630', '9633', '9635', '9640', '9643', '9645', '9646', '9647',
]; // prettier-ignore

/**
 * speechocean762: sentences read in English by speakers of Mandarin, here as examples of neutral speech. Names such as `000240323`: 0, speaker,
 * utterance. The corpus's 122 children, whose voices are neither men's nor women's, are not part of it here.
 */
export const speechOcean = namedCorpus({
  name: 'speechocean762',
  title: 'speechocean762',
  language: 'English',
  labels: ['neutral'],
  folder: 'speechocean-mini',
  parse: (id, refuse) => {
    const [, speaker] =
      /^0(\d{4})\d{4}$/.exec(id) ?? refuse('it is not 0, speaker (4 digits), utterance (4 digits), as in 000240323');
    if (![...MEN, ...WOMEN].includes(speaker)) refuse(`there is no adult speaker ${speaker}`);
    return {
      emotion: 'neutral',
      speaker: `speechocean762-${speaker}`,
      gender: MEN.includes(speaker) ? 'male' : 'female',
    };
  },
  about:
    'speechocean762 (Zhang et al., 2021, arXiv:2104.01378): its 128 adults, aged 19 to 43, speakers of Mandarin who read English sentences, taken as neutral.',
  limits: 'Reading, not conversation; nobody labelled its emotions.',
  licence: 'free for commercial use, as for any other (Zhang et al., 2021, OpenSLR 101)',
});
