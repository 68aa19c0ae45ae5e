import type { ClipResult } from '../../predict/clipResult.ts';
import { drawSpectrogram } from './colourMap.ts';
import { h, svg } from '../dom.ts';
import { heightOf, TICKS_HZ } from './frequencyAxis.ts';
import type { SoundPicture } from './soundPicture.ts';
import { probabilityAreas, stretchButtons, stretches, timelineTable, windowAt } from './timeline.ts';
import { verdictWords } from '../words.ts';

/** A player with waveform, spectrogram and timeline on one time axis. Clicks, the slider and the timeline's buttons seek. */
export interface SoundView {
  element: HTMLElement;
  /** Adds waveform and spectrogram, which take a moment to compute. */
  draw(picture: SoundPicture): void;
  /** Stops the player and frees its file. */
  close(): void;
}

export function createSoundView(file: Blob, { file: name, seconds, timeline }: ClipResult): SoundView {
  const url = URL.createObjectURL(file);
  const audio = h('audio', { controls: true, src: url, preload: 'metadata', 'aria-label': `Player for ${name}` });
  const goTo = (moment: number): void => {
    audio.currentTime = Math.min(moment, seconds);
    follow();
  };

  const wave = track('Waveform', h('div', { class: 'plot wave' }));
  const mel = track('Mel spectrogram', h('div', { class: 'plot mel' }), frequencyAxis());
  const slider = h('input', {
    type: 'range',
    class: 'seek',
    min: 0,
    max: seconds,
    step: 0.1,
    value: 0,
    'aria-label': 'Position in the recording',
  });
  slider.addEventListener('input', () => goTo(Number(slider.value)));
  const now = h('p', { class: 'now' });
  const plots = [wave, mel];
  if (timeline) {
    const parts = stretchButtons(stretches(timeline, seconds), seconds, goTo);
    plots.push(
      track('Emotion over time', h('div', { class: 'plot timeline' }, probabilityAreas(timeline, seconds), parts)),
    );
  }
  const tracks = h('div', { class: 'tracks' }, ...plots, timeAxis(seconds), slider);

  /** Updates everything that follows the player. */
  function follow(): void {
    const moment = Math.min(audio.currentTime, seconds);
    tracks.style.setProperty('--at', `${(100 * moment) / seconds}%`);
    slider.value = String(moment);
    const at = timeline && windowAt(timeline, seconds, moment);
    const said = at ? verdictWords(at) : '';
    slider.setAttribute(
      'aria-valuetext',
      `${moment.toFixed(1)} of ${seconds.toFixed(1)} seconds${at ? `: ${said}` : ''}`,
    );
    if (!at) return;
    now.dataset.emotion = at.emotion ?? '';
    now.replaceChildren(
      ...(at.sure === false ? [] : [h('span', { class: 'swatch' })]),
      `At ${moment.toFixed(1)} s: ${said}`,
    );
  }
  let frame = 0;
  const run = (): void => {
    follow();
    if (!audio.paused) frame = requestAnimationFrame(run);
  };
  audio.addEventListener('play', run);
  for (const event of ['pause', 'seeked', 'ended']) audio.addEventListener(event, follow);
  tracks.addEventListener('click', (event) => {
    const plot = (event.target as Element).closest('.plot');
    if (!plot || (event.target as Element).closest('button')) return;
    const { left, width } = plot.getBoundingClientRect();
    goTo((seconds * (event.clientX - left)) / width);
  });
  follow();

  const element = h('div', { class: 'sound' }, audio, tracks, timeline && now, timeline && timelineTable(timeline));
  return {
    element,
    draw: (picture) => {
      wave.querySelector('.plot')!.replaceChildren(waveform(picture));
      const label = `Mel spectrogram of ${seconds.toFixed(1)} seconds, 0 to 8,000 hertz; bright is loud`;
      const canvas = h('canvas', { role: 'img', 'aria-label': label });
      drawSpectrogram(canvas, picture);
      mel.querySelector('.plot')!.replaceChildren(canvas);
    },
    close: () => {
      cancelAnimationFrame(frame);
      audio.pause();
      URL.revokeObjectURL(url);
    },
  };
}

function track(title: string, plot: HTMLElement, axis?: HTMLElement): HTMLElement {
  return h(
    'div',
    { class: 'track' },
    h('h3', {}, title, axis && h('small', {}, ' Hz, mel scale; bright is loud, black is silence')),
    axis ?? h('div', { class: 'axis' }),
    plot,
  );
}

function frequencyAxis(): HTMLElement {
  const ticks = TICKS_HZ.map((hz) => {
    const tick = h('span', {}, hz.toLocaleString('en'));
    tick.style.bottom = `${100 * heightOf(hz)}%`;
    return tick;
  });
  return h('div', { class: 'axis', 'aria-hidden': true }, ...ticks);
}

function timeAxis(seconds: number): HTMLElement {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((one) => seconds / one <= 8) ?? 1200;
  const count = Math.floor(seconds / step);
  const ticks = Array.from({ length: count + 1 }, (_, i) => {
    const tick = h('span', {}, `${Number((i * step).toFixed(1))}${i === count ? ' s' : ''}`);
    tick.style.left = `${(100 * i * step) / seconds}%`;
    return tick;
  });
  return h('div', { class: 'time-axis', 'aria-hidden': true }, ...ticks);
}

/** An outline of the samples' extremes, scaled to the loudest. */
function waveform({ wave }: SoundPicture): SVGSVGElement {
  const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const pairs = wave.length / 2;
  const point = (pair: number, value: number): string => `${pair},${(-value / peak).toFixed(3)}`;
  const upper = Array.from({ length: pairs }, (_, i) => point(i, wave[2 * i + 1]));
  const lower = Array.from({ length: pairs }, (_, i) => point(i, wave[2 * i])).reverse();
  return svg(
    'svg',
    {
      viewBox: `0 -1.05 ${Math.max(1, pairs - 1)} 2.1`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `Waveform; its peak is ${(20 * Math.log10(peak)).toFixed(1)} dB of full scale`,
    },
    svg('polygon', { points: [...upper, ...lower].join(' ') }),
  );
}
