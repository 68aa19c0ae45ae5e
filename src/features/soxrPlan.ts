import { createBlockStage } from './soxrBlocks.ts';
import { blockFilter, dropPosition } from './soxrFilter.ts';
import { createHalvingStage } from './soxrHalving.ts';
import { createPhasesStage } from './soxrPhases.ts';
import type { Stage } from './soxrStage.ts';

/** HQ: 20 bits, and one more since errors of the pass band and of the stop band add up. */
const PRECISION = 20;
const DECIBELS_PER_BIT = 20 * Math.log10(2);
const ATTENUATION = (PRECISION + 1) * DECIBELS_PER_BIT;
/** Shares of the lower Nyquist frequency. The pass band is the widest with 3 dB less at 95 %. */
const PASS_BAND = 1 - 0.05 / (1 - dropPosition(-3, PRECISION * DECIBELS_PER_BIT));
const STOP_BAND = 1;
/** How far the response of the short filter may drop in the pass band, in dB. */
const SLOPE = Math.fround(-0.01);
const MOST_PHASES = 2048;
/** Bits of phases with linear and with quadratic interpolation, for one sample from one to the next. */
const PHASE_BITS = {
  rising: [11, 7],
  falling: [12.4, 7.8].map(Math.fround),
  fallingLittle: [10.6, 6.75].map(Math.fround),
};

/** How a ratio is split up: halvings, a sharp filter by preUp / preDown, a short one by up / down, a sharp one by postUp / postDown. */
interface Plan {
  rising: boolean;
  halvings: number;
  preUp: number;
  /** 0 if the sharp filter works at a rate that the short one, after it, brings down. */
  preDown: number;
  up: number;
  down: number;
  rational: boolean;
  postUp: number;
  postDown: number;
}

/**
 * The stages of a conversion as soxr 0.1.3 chooses them at its quality HQ (src/cr.c).
 * @param ratio  rate before / rate after, not 1
 */
export function planStages(ratio: number): Stage[] {
  const { rising, halvings, preUp, preDown, up, down, rational, postUp, postDown } = split(ratio);
  const hasPre = preUp * preDown !== 1;
  const hasPhases = up * down !== 1;
  const hasPost = postUp * postDown !== 1;

  // The stages share the attenuation.
  let sharing = halvings + Number(hasPre) + Number(hasPhases) + Number(hasPost);
  let attenuation = ATTENUATION;
  if (hasPhases && sharing > 1) {
    attenuation += DECIBELS_PER_BIT;
    sharing--;
  }
  const phasesAttenuation = attenuation;
  attenuation += 20 * Math.log10(sharing);

  const stages = Array.from({ length: halvings }, () => createHalvingStage(attenuation));
  /** A sharp filter whose Nyquist frequency is `nyquist` times the lower one. */
  const sharp = (passBand: number, stopBand: number, nyquist: number, by: number, per: number): Stage => {
    const modulo = by > 1 && Number.isInteger(Math.log2(by)) && nyquist === by ? 2 * by : 4;
    const taps = blockFilter({ passBand, stopBand, nyquist, attenuation }, modulo);
    return createBlockStage(taps, by, per, stopBand <= 1);
  };
  let [passBand, stopBand] = [PASS_BAND, STOP_BAND];
  if (hasPre) {
    const nyquist = preDown > 0 ? Math.max(preUp, preDown) : down / up;
    stages.push(sharp(passBand, stopBand, nyquist, preUp, Math.max(preDown, 1)));
    passBand /= nyquist;
    stopBand /= nyquist;
  }
  if (hasPhases) {
    const step = rising ? 1 : down / up;
    const little = !rising && preDown > 0;
    const nyquist = little ? 2 * step : 1;
    const stop = little ? 3 + Math.abs(stopBand - 1) : 2 - (passBand + (stopBand - passBand) * 0.7);
    const pass = stop - (stop - passBand) / (1 - dropPosition(SLOPE, phasesAttenuation));
    const bits = PHASE_BITS[rising ? 'rising' : little ? 'fallingLittle' : 'falling'];
    const [linear, quadratic] = bits.map((count) => Math.ceil(count - Math.log2(step)));
    stages.push(
      createPhasesStage({
        task: { passBand: pass, stopBand: stop, nyquist, attenuation: phasesAttenuation },
        down,
        up,
        rational,
        even: preDown === 0,
        phaseBits: [linear, quadratic],
      }),
    );
  }
  if (hasPost) {
    const share = postDown / (ratio * postUp);
    const pass = rising ? PASS_BAND / share : PASS_BAND;
    const stop = rising ? Math.max(2 - STOP_BAND / share, 1) : STOP_BAND;
    stages.push(sharp(pass, stop, Math.max(postUp, postDown), postUp, postDown));
  }
  return stages;
}

function split(ratio: number): Plan {
  let rest = ratio;
  let postUp = 1;
  for (;;) {
    const rising = rest < 1;
    let halvings = 0;
    for (let i = Math.trunc(0.5 * rest) >> 1; i > 0; i >>= 1, halvings++) rest *= 0.5;
    let preDown = rising || (rest > 1.5 && rest < 2) ? 1 : 0;
    let postDown = rest > 1 && preDown === 1 ? 2 : 1;
    rest /= postDown;
    let preUp = 1 + Number(preDown === 0 && rest < 2) + Number(rising);
    rest *= preUp;

    const fraction = rest - Math.trunc(rest);
    let up = 1;
    let rational = fraction === 0;
    const epsilon = Math.abs(Math.floor(fraction * 2 ** 32 + 0.5) / (fraction * 2 ** 32) - 1);
    for (let i = 1; i <= MOST_PHASES && !rational; i++) {
      const nearest = Math.trunc(fraction * i + 0.5);
      rational = Math.abs(nearest / (fraction * i) - 1) <= epsilon;
      if (!rational) continue;
      if (nearest === i) {
        rest = Math.ceil(rest);
        if (rest > 3) {
          halvings++;
          rest /= 2;
        }
      } else {
        rest = i * Math.trunc(rest) + nearest;
        up = i;
      }
    }
    let [wholeUp, wholeDown] = [preUp * up, Math.trunc(rest * postDown)];
    if (wholeUp % 2 === 0 && wholeDown % 2 === 0) [wholeUp, wholeDown] = [wholeUp / 2, wholeDown / 2];
    const rise = (preUp * up) / rest;
    if (postUp === 1 && rise > 4 && rise !== 5) {
      // Much is left to a last sharp filter; the rest is split anew.
      postUp = 4;
      for (let i = Math.trunc(rise / 16) >> 1; i > 0 && postUp < 256; i >>= 1) postUp *= 2;
      rest = (rest * postUp) / up / preUp;
      continue;
    }
    if (rational && (Math.max(wholeUp, wholeDown) < 5 || wholeUp * wholeDown < 6)) {
      [preUp, preDown, rest, up, postDown] = [wholeUp, wholeDown, 1, 1, 1];
    }
    return { rising, halvings, preUp, preDown, up, down: rest, rational, postUp, postDown };
  }
}
