import { button, byId, h } from '../dom.ts';
import { LIVE_FRAME, type LiveFeatures, liveFeatures } from './liveFeatures.ts';
import { LONGEST_SECONDS, microphoneProblem, openMicrophone, type Recording } from './recorder.ts';
import { duration } from '../words.ts';

/** The meter's lower end, in dB re full scale. */
const QUIET = -60;
/** Interval at which the displayed figures change, in ms. */
const READABLE = 250;
/** Bars of the recent level. */
const HISTORY = 80;

const FIGURES: readonly [name: string, unit: string, value: (features: LiveFeatures) => string, meaning: string][] = [
  ['Spectral centroid', 'Hz', ({ centroid }) => whole(centroid), 'how bright it sounds'],
  ['Roll-off', 'Hz', ({ rolloff }) => whole(rolloff), '99 % of the energy lies below'],
  ['Flatness', '', ({ flatness }) => flatness?.toFixed(2) ?? '–', '0 a tone, 1 noise'],
  ['Zero crossings', '/s', ({ crossings }) => whole(crossings), 'many in hissing sounds'],
];

/** The record button, and the panel with the meter that is open before and while recording. */
export function setUpRecorder(callbacks: {
  onRecording: (recording: Blob, name: string) => void;
  onTrouble: (message: string) => void;
}): void {
  const record = byId<HTMLButtonElement>('record');
  const problem = microphoneProblem();
  if (problem) {
    record.disabled = true;
    record.title = problem;
    return;
  }
  record.addEventListener('click', () => {
    record.disabled = true;
    openMicrophone().then(
      (recording) => openPanel(recording, callbacks.onRecording),
      (error: Error) => {
        record.disabled = false;
        callbacks.onTrouble(error.message);
      },
    );
  });
}

function openPanel(recording: Recording, onRecording: (recording: Blob, name: string) => void): void {
  const panel = byId('recorder');
  const [drop, record] = [byId('drop'), byId<HTMLButtonElement>('record')];
  const meter = createMeter();

  const end = async (keep: boolean): Promise<void> => {
    meter.stop();
    const blob = await recording.stop();
    panel.hidden = true;
    drop.hidden = false;
    record.disabled = false;
    record.focus();
    if (keep && blob) onRecording(blob, `recording ${new Date().toLocaleString('sv').replaceAll(':', '.')}.wav`);
  };
  const discard = button('Cancel', () => void end(false));
  const stop = button('Stop and analyse', () => void end(true), { class: 'primary' });
  const start = button(
    'Start recording',
    () => {
      recording.begin();
      meter.begin();
      discard.textContent = 'Discard';
      start.replaceWith(stop);
      stop.focus();
    },
    { class: 'primary' },
  );
  panel.replaceChildren(...meter.elements, h('div', { class: 'actions' }, start, discard));
  drop.hidden = true;
  panel.hidden = false;
  start.focus();
  panel.scrollIntoView({ block: 'nearest' });
  meter.start(recording, () => void end(true));
}

/** Level, its recent course, and features by Meyda, updated live. */
function createMeter() {
  const fill = h('span', { class: 'level-fill' });
  const level = h(
    'div',
    { class: 'level', role: 'meter', 'aria-label': 'Level', 'aria-valuemin': QUIET, 'aria-valuemax': 0 },
    fill,
  );
  const bars = Array.from({ length: HISTORY }, () => h('span'));
  const history = h('div', { class: 'history', 'aria-hidden': true }, ...bars);
  const time = h('span', { class: 'recorder-time' }, duration(0));
  const decibels = h('span', { class: 'small' });
  const values = FIGURES.map(() => h('span', { class: 'figure' }));
  const figures = h(
    'dl',
    { class: 'figures' },
    ...FIGURES.map(([name, , , meaning], i) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, values[i], h('small', {}, meaning))),
    ),
  );
  const state = h('span', { role: 'status' }, 'Microphone on, not recording yet: say something, and watch the level');
  const head = h('p', { class: 'recorder-head' }, state);
  let frame = 0;
  const heights: number[] = [];

  const show = (recording: Recording, readable: boolean): void => {
    const features = liveFeatures(recording.latest(LIVE_FRAME), recording.sampleRate);
    const share = Math.min(1, Math.max(0, 1 - features.level / QUIET));
    fill.style.transform = `scaleX(${share})`;
    level.classList.toggle('hot', features.level > -6);
    heights.push(share);
    if (heights.length > HISTORY) heights.shift();
    bars.forEach((bar, i) => {
      bar.style.transform = `scaleY(${Math.max(0.02, heights[i - HISTORY + heights.length] ?? 0)})`;
    });
    if (!readable) return;
    level.setAttribute('aria-valuenow', String(Math.max(QUIET, Math.round(features.level))));
    level.setAttribute('aria-valuetext', `${Math.round(features.level)} dB`);
    decibels.textContent = `${Math.round(features.level)} dB of full scale: ${loudness(Math.max(...heights))}`;
    time.textContent = duration(recording.seconds());
    FIGURES.forEach(([, unit, value], i) => (values[i].textContent = `${value(features)} ${unit}`.trim()));
  };
  return {
    elements: [head, level, decibels, history, figures],
    start: (recording: Recording, onFull: () => void): void => {
      let read = 0;
      const tick = (now: number): void => {
        frame = requestAnimationFrame(tick);
        show(recording, now - read > READABLE);
        if (now - read > READABLE) read = now;
        if (recording.seconds() > LONGEST_SECONDS) onFull();
      };
      frame = requestAnimationFrame(tick);
    },
    begin: (): void => {
      state.textContent = 'Recording';
      head.prepend(h('span', { class: 'dot', 'aria-hidden': true }));
      head.append(time);
    },
    stop: () => cancelAnimationFrame(frame),
  };
}

/** @param share  the highest recent level: 0 at the meter's lower end, 1 at full scale */
function loudness(share: number): string {
  if (share < 0.25) return 'too quiet, come closer';
  return share > 0.95 ? 'too loud' : 'good';
}

function whole(value: number | null): string {
  return value === null ? '–' : Math.round(value).toLocaleString('en');
}
