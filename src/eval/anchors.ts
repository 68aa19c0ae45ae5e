/** A published figure: a percentage of UAR. */
export interface Anchor {
  uar: string;
  what: string;
  source: string;
}

const LUNA = 'Luna-Jiménez et al., 2021';
const EMOBOX = 'Ma et al., 2024';

/** What others report under a protocol, to stand beside our figures. */
export const ANCHORS: Readonly<Record<string, readonly Anchor[]>> = {
  'luna-5fold': [
    { uar: '62.3 %', what: 'the best small network on hand-made features, tuned on the test folds', source: LUNA },
    { uar: '67.0 %', what: 'human raters', source: LUNA },
    { uar: '76.6 %', what: 'CNN14, fine-tuned', source: LUNA },
    { uar: '81.8–82.3 %', what: 'wav2vec2, fine-tuned', source: 'Luna-Jiménez et al., 2022' },
  ],
  'emobox-6fold': [
    { uar: '54.3 %', what: 'wav2vec2-base', source: EMOBOX },
    { uar: '65.4 %', what: 'HuBERT-base', source: EMOBOX },
    { uar: '75.3 %', what: 'Whisper-large-v3', source: EMOBOX },
  ],
};
