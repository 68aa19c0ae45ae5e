import type { ClipResult } from '../../predict/clipResult.ts';
import { readable } from './analyse.ts';
import { answerOf } from './answer.ts';
import type { PageClip } from './clip.ts';
import type { Device } from '../device/device.ts';
import { button, byId, h, reveal } from '../dom.ts';
import { clipsAsJson, download, share } from './downloads.ts';
import { failureWords } from './failureWords.ts';
import { probabilityBars } from './probabilities.ts';
import { shareImage } from './shareImage.ts';
import { createSoundView, type SoundView } from '../sound/soundView.ts';
import { shareBars } from '../sound/timeShares.ts';
import { duration } from '../words.ts';

export interface ClipView {
  /** The current clip. */
  shown(): PageClip | undefined;
  /** Shows what there is: its result, or that it is being analysed. */
  show(clip: PageClip): void;
  hide(): void;
  /** Scrolls to it, and moves the focus of keyboards and screen readers there. */
  focus(): void;
}

const ROUTES = {
  given: 'the emotion model for the voice that you chose',
  auto: 'the emotion model of the more probable gender, or both where that is doubtful',
  hard: 'the emotion model of the more probable gender',
  soft: 'both emotion models, mixed',
  pooled: 'the emotion model for all voices',
} as const;

/** Shows and plays one recording. */
export function createClipView(device: Device): ClipView {
  const section = byId('clip');
  let shown: PageClip | undefined;
  let sound: SoundView | undefined;

  const hide = (): void => {
    sound?.close();
    sound = shown = undefined;
    section.hidden = true;
    section.replaceChildren();
  };
  const result = (clip: PageClip, answer: ClipResult): Node[] => {
    const view = (sound = createSoundView(clip.file, answer));
    readable(clip.file)
      .then(({ bytes }) => device.picture(bytes, clip.name))
      .then(view.draw)
      .catch(() => undefined); // the result is shown even without a picture
    return [
      h(
        'div',
        { class: 'columns' },
        h(
          'div',
          { class: 'answers' },
          verdict(answer),
          clip.known !== undefined && h('p', { class: 'known' }, h('strong', {}, 'The right answer: '), clip.known),
          answer.warnings.length > 0 && warnings(answer.warnings),
          answer.emotion !== null && !answer.utterances && probabilityBars(answer),
        ),
        view.element,
      ),
      sharing(clip, answer),
      h(
        'p',
        { class: 'small' },
        `${duration(answer.seconds)}, ${PLACES[clip.place]} by ${ROUTES[answer.routing]}, of the models “${answer.models}”${comparedWith(answer)}.`,
      ),
    ];
  };
  const content = (clip: PageClip): Node[] => {
    const { answer } = clip;
    if (!answer) {
      return [
        h('p', { class: 'busy' }, clip.state === 'preparing' ? 'Fetching the models …' : 'Analysing …'),
        h('progress', { 'aria-label': `Analysing ${clip.name}` }),
      ];
    }
    return 'error' in answer ? [h('p', { class: 'notice' }, failureWords(answer.error))] : result(clip, answer);
  };
  return {
    shown: () => shown,
    hide,
    show: (clip) => {
      // Replacing the content must not lose the keyboard focus.
      const isFocused = section.contains(document.activeElement);
      hide();
      shown = clip;
      section.append(h('h2', { id: 'clip-title', tabindex: -1 }, clip.name), ...content(clip));
      section.setAttribute('aria-busy', String(!clip.answer));
      section.hidden = false;
      if (isFocused) byId('clip-title').focus({ preventScroll: true });
    },
    focus: () => reveal(section, byId('clip-title')),
  };
}

function comparedWith({ speaker }: ClipResult): string {
  if (!speaker) return '';
  return speaker.clips > 1
    ? `, compared with all ${speaker.clips} recordings of the speaker`
    : ', the only recording of its speaker';
}

const PLACES = { device: 'analysed on this device', server: 'analysed on the server' } as const;

/** What was heard first, then how sure that is; of a long recording how much of what. */
function verdict(result: ClipResult): HTMLElement {
  const { headline, lines, voice, shares } = answerOf(result);
  const isSure = !result.utterances && result.emotion !== null && result.sure !== false;
  const bars = shares && shareBars();
  if (shares) bars!.show(shares);
  return h(
    'div',
    { class: 'verdict', 'data-emotion': isSure ? result.emotion! : undefined },
    h('p', { class: 'big' }, isSure && h('span', { class: 'swatch' }), headline),
    bars?.element,
    ...lines.map((line) => h('p', {}, line)),
    voice && h('p', { class: 'voice' }, h('strong', {}, voice.words), `, ${voice.detail}`),
  );
}

/** What to know before relying on it. */
function warnings(texts: readonly string[]): HTMLElement {
  const items = texts.map((text) => h('li', {}, text));
  return h('ul', { class: 'notice', 'aria-label': 'Before you rely on it' }, ...items);
}

function sharing(clip: PageClip, answer: ClipResult): HTMLElement {
  const name = clip.name.replace(/\.\w+$/, '');
  const picture = button('Share as an image', () => {
    picture.disabled = true;
    shareImage(answer)
      .then((image) => share(`${name}.png`, image))
      .finally(() => (picture.disabled = false));
  });
  const json = () => download(`${name}.json`, new Blob([clipsAsJson([clip])], { type: 'application/json' }));
  return h('div', { class: 'actions' }, picture, button('Save as JSON', json));
}
