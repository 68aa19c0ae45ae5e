import type { Span } from '../../../features/windows.ts';
import type { ClipResult } from '../../predict/clipResult.ts';
import { drawSpectrogram } from './colourMap.ts';
import { h, svg } from '../dom.ts';
import { heightOf, TICKS_HZ } from './frequencyAxis.ts';
import type { SoundPicture } from './soundPicture.ts';
import { createTimeline, timelineTable, utteranceAt } from './timeline.ts';
import { segmentWords } from '../words.ts';
import { createZoom } from './zoom.ts';

/** A player with waveform and spectrogram, and of a long recording its utterances, on one time axis. Clicks, the slider and the utterances seek. */
export interface SoundView {
  element: HTMLElement;
  /** Adds waveform and spectrogram, which take a moment to compute. */
  draw(picture: SoundPicture): void;
  /** Stops the player and frees its file. */
  close(): void;
}

/** Seconds after the end of an utterance that is played alone; whoever is later has gone there with the player. */
const LATE = 1;

export function createSoundView(file: Blob, { file: name, seconds, utterances }: ClipResult): SoundView {
  const url = URL.createObjectURL(file);
  const audio = h('audio', { controls: true, src: url, preload: 'metadata', 'aria-label': `Player for ${name}` });
  const segments = utterances?.segments ?? [];
  const moment = (): number => Math.min(audio.currentTime, seconds);
  /** The utterance that is played alone. */
  let alone: Span | undefined;
  const goTo = (to: number): void => {
    alone = undefined;
    audio.currentTime = Math.min(to, seconds);
    follow();
    zoom?.reveal(moment());
  };
  const play = (utterance: Span): void => {
    if (alone === utterance && !audio.paused) return audio.pause();
    goTo(utterance.start);
    alone = utterance;
    void audio.play().catch(() => undefined); // what cannot be played says so itself
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
  const timeline = segments.length > 0 ? createTimeline(segments, seconds, { moment, seek: goTo, play }) : undefined;
  const plots = [wave, mel];
  if (timeline) plots.push(track('Utterances', h('div', { class: 'plot timeline' }, timeline.strip)));
  let axis = timeAxis(seconds);
  const tracks = h('div', { class: 'tracks' }, ...plots, axis, slider);
  const onZoom = (times: number): void => {
    const ticks = timeAxis(seconds, times);
    axis.replaceWith(ticks);
    axis = ticks;
  };
  const zoom = timeline && createZoom(tracks, seconds, { moment, onZoom });

  /** Updates everything that follows the player. */
  function follow(): void {
    if (alone && audio.currentTime >= alone.end) {
      const { start, end } = alone;
      alone = undefined;
      if (audio.currentTime < end + LATE) {
        audio.pause();
        return goTo(start);
      }
    }
    const at = moment();
    tracks.style.setProperty('--at', `${(100 * at) / seconds}%`);
    slider.value = String(at);
    const utterance = utteranceAt(segments, at);
    const said = utterance ? `: ${segmentWords(utterance)}` : '';
    slider.setAttribute('aria-valuetext', `${at.toFixed(1)} of ${seconds.toFixed(1)} seconds${said}`);
    timeline?.follow(at);
  }
  let frame = 0;
  const run = (): void => {
    follow();
    zoom?.reveal(moment());
    if (!audio.paused) frame = requestAnimationFrame(run);
  };
  audio.addEventListener('play', run);
  audio.addEventListener('pause', () => (alone = undefined));
  // Frames are drawn only while the page is visible.
  for (const event of ['pause', 'seeked', 'ended', 'timeupdate']) audio.addEventListener(event, follow);
  tracks.addEventListener('click', (event) => {
    const plot = (event.target as Element).closest('.plot');
    if (!plot || (event.target as Element).closest('button')) return;
    const { left, width } = plot.getBoundingClientRect();
    goTo((seconds * (event.clientX - left)) / width);
    timeline?.say();
  });
  follow();

  const element = h('div', { class: 'sound' }, audio, zoom ? zoom.element : tracks);
  if (timeline && zoom) {
    const controls = h('div', { class: 'actions' }, ...timeline.controls, ...zoom.controls);
    element.addEventListener('keydown', zoom.press);
    element.append(timeline.legend, timeline.now, timeline.said, controls, timelineTable(segments));
  }
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

/** @param times  how often the recording is as wide as the screen */
function timeAxis(seconds: number, times = 1): HTMLElement {
  const step =
    [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((one) => seconds / one <= 8 * times) ?? 1200;
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
