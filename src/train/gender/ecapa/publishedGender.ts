/** The published ECAPA-TDNN gender classifier (J. Huh; fine-tuned on VoxCeleb2), MIT licence. */
export const PUBLISHED_GENDER = {
  repository: 'JaesungHuh/voice-gender-classifier',
  revision: 'db1222153bd60337e900be22add7af180452adc0',
  file: 'model.safetensors',
  bytes: 61_907_512,
  sha256: '2d8e0be1fdf159d60d5087416e6f6277c5e30ce9e33a61c767a9a409e6c503c5',
};
