import type { ClipResult } from '../../predict/clipResult.ts';
import { readable } from './analyse.ts';
import type { PageClip } from './clip.ts';
import type { Device } from '../device/device.ts';
import { byId, h } from '../dom.ts';
import { probabilityBars } from './probabilities.ts';
import { createSoundView, type SoundView } from '../sound/soundView.ts';
import { capital } from '../../../words.ts';
import { rightInWords } from '../../predict/verdict.ts';
import { duration, percent } from '../words.ts';

export interface ClipView {
  /** The current clip. */
  shown(): PageClip | undefined;
  show(clip: PageClip): void;
  hide(): void;
  /** Moves the focus of keyboards and screen readers to it. */
  focus(): void;
}

const ROUTES = {
  given: 'the emotion model for the voice that you chose',
  auto: 'the emotion model of the more probable gender, or both where that is doubtful (automatic)',
  hard: 'the emotion model of the more probable gender (hard)',
  soft: 'both emotion models, mixed (soft)',
  pooled: 'the pooled emotion model',
} as const;

/** Shows and plays one recording. */
export function createClipView(device: Device): ClipView {
  const section = byId('clip');
  let shown: PageClip | undefined;
  let sound: SoundView | undefined;

  const title = (clip: PageClip): HTMLElement => h('h2', { id: 'clip-title', tabindex: -1 }, clip.name);
  const hide = (): void => {
    sound?.close();
    sound = shown = undefined;
    section.hidden = true;
    section.replaceChildren();
  };
  const showResult = (clip: PageClip, result: ClipResult): void => {
    const view = (sound = createSoundView(clip.file, result));
    section.replaceChildren(
      title(clip),
      h(
        'p',
        { class: 'small' },
        `${duration(result.seconds)}, ${PLACES[clip.place]} by ${ROUTES[result.routing]} of the models “${result.models}”${comparedWith(result)}`,
      ),
      ...(result.warnings.length > 0 ? [warnings(result.warnings)] : []),
      h(
        'div',
        { class: 'columns' },
        h('div', { class: 'answers' }, verdict(result), result.emotion !== null && probabilityBars(result)),
        view.element,
      ),
    );
    readable(clip.file)
      .then(({ bytes }) => device.picture(bytes, clip.name))
      .then(view.draw)
      .catch(() => undefined); // the result is shown even without a picture
  };
  return {
    shown: () => shown,
    hide,
    show: (clip) => {
      hide();
      shown = clip;
      const { answer } = clip;
      if (!answer) section.replaceChildren(title(clip), h('p', {}, 'Not analysed yet.'));
      else if ('error' in answer) {
        section.replaceChildren(title(clip), h('p', { class: 'notice' }, sentence(answer.error.message)));
      } else showResult(clip, answer);
      section.hidden = false;
    },
    focus: () => byId('clip-title').focus(),
  };
}

function comparedWith({ speaker }: ClipResult): string {
  if (!speaker) return '';
  return speaker.clips > 1
    ? `, compared with all ${speaker.clips} recordings of the speaker`
    : ', the only recording of its speaker';
}

const PLACES = { device: 'analysed on this device', server: 'analysed on the server' } as const;

const REASONS = {
  confidence: ', too little to be sure',
  distance: ', but unlike what the models learnt from',
} as const;

function verdict(result: ClipResult): HTMLElement {
  const { emotion, confidence, sure, reason, headline, rightOnUnseen, gender, genderProbability } = result;
  const named =
    confidence === null
      ? 'no emotion is named'
      : `${sure === false ? `${capital(emotion!)}: ` : ''}${percent(confidence)} probable${reason ? REASONS[reason] : ''}`;
  return h(
    'div',
    { class: 'verdict' },
    h(
      'div',
      { 'data-emotion': sure === false ? undefined : (emotion ?? undefined) },
      h('h3', {}, 'Sounds'),
      h(
        'p',
        { class: 'big' },
        sure !== false && h('span', { class: 'swatch' }),
        emotion ? headline : 'No speech found',
      ),
      h('p', {}, named),
      rightOnUnseen !== null && h('p', {}, capital(rightInWords(rightOnUnseen))),
    ),
    h(
      'div',
      {},
      h('h3', {}, 'Voice'),
      h('p', { class: 'big' }, gender ? capital(gender) : 'Not asked'),
      h(
        'p',
        {},
        genderProbability === null ? (gender ? 'as you gave it' : '') : `${percent(genderProbability)} probable`,
      ),
    ),
  );
}

function warnings(texts: readonly string[]): HTMLElement {
  const items = texts.map((text) => h('li', {}, text));
  return h('ul', { class: 'notice', 'aria-label': 'Before you rely on it' }, ...items);
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
