/** A published figure. */
export interface Anchor {
  /** 0 … 1 */
  uar: string;
  what: string;
  /** Its entry in docs/references.md. */
  source: string;
}

const RES_LSTM = 'ResLSTM-SA, Krasnoproshin & Vashkevich, 2026, arXiv:2606.03359';
const LUNA = 'Luna-Jiménez et al., 2021, doi:10.3390/s21227665';
const LUNA_2022 = 'Luna-Jiménez et al., 2022, doi:10.3390/app12010327';
/** The code of EmoBox scores the checkpoint of every epoch on the test fold and averages: what was learnt in the end is better. */
const EMOBOX = 'EmoBox, Ma et al., 2024, arXiv:2406.07162; averaged over the epochs on the test fold, a lower bound';

/** Published figures under a protocol, for comparison with ours. */
export const ANCHORS: Readonly<Record<string, readonly Anchor[]>> = {
  'luna-5fold': [
    { uar: '0.623', what: 'the best small network on handcrafted features, tuned on the test folds', source: RES_LSTM },
    { uar: '0.670', what: 'human raters', source: LUNA },
    { uar: '0.766', what: 'CNN14, fine-tuned', source: LUNA },
    { uar: '0.818–0.823', what: 'wav2vec2, fine-tuned', source: LUNA_2022 },
  ],
  'emobox-6fold': [
    { uar: '0.543', what: 'wav2vec2-base', source: EMOBOX },
    { uar: '0.654', what: 'HuBERT-base', source: EMOBOX },
    { uar: '0.753', what: 'Whisper-large-v3', source: EMOBOX },
  ],
};
