import type { Span } from '../../../features/windows.ts';
import { capital } from '../../../words.ts';
import { shortHeadline } from '../../predict/verdict.ts';
import type { Segment } from '../../timeline/segment.ts';
import { button, h } from '../dom.ts';
import { duration, percent, segmentWords, shortVoice, voiceDetail } from '../words.ts';

/** What the timeline does with the recording. */
export interface Player {
  /** Seconds. */
  moment(): number;
  seek(moment: number): void;
  /** Plays it, and stops if it is playing. */
  play(utterance: Span): void;
}

/** The utterances of a recording on its time axis, one of which is the current one. */
export interface Timeline {
  /** A button for each utterance, at its place. */
  strip: HTMLElement;
  /** Buttons that go from one to the next and play it, for whom the others are too small. */
  controls: HTMLElement[];
  legend: HTMLElement;
  /** The current utterance in words. */
  now: HTMLElement;
  /** For screen readers: what the visitor has gone to. Playing alone changes nothing here. */
  said: HTMLElement;
  /** Makes the utterance at this moment the current one. */
  follow(moment: number): void;
  /** Says what is current. */
  say(): void;
}

/** Players go to a moment only nearly. */
const NEARLY = 0.05;

/** Index of the utterance at a moment, or of the last one before it; −1 before the first. */
export function begunAt(utterances: readonly Span[], moment: number): number {
  return utterances.findLastIndex(({ start }) => start <= moment + NEARLY);
}

/** The utterance that is spoken at a moment; undefined in a pause. */
export function utteranceAt<Utterance extends Span>(
  utterances: readonly Utterance[],
  moment: number,
): Utterance | undefined {
  const last = utterances[begunAt(utterances, moment)];
  return last && moment < last.end ? last : undefined;
}

/** An emotion that the models stand by; undefined if they are not sure. */
const surely = ({ emotion, sure }: Segment): string | undefined => (sure === false ? undefined : (emotion ?? undefined)); // prettier-ignore

/** The arrow keys go from utterance to utterance, Home and End to the first and last; Enter and the space bar play it. */
export function createTimeline(utterances: readonly Segment[], seconds: number, player: Player): Timeline {
  const now = h('p', { class: 'now' });
  const said = h('p', { class: 'hidden', role: 'status' });
  const buttons = utterances.map((utterance, i) => {
    const { start, end } = utterance;
    const label = `${shortHeadline(utterance)}, ${duration(start)} to ${duration(end)}`;
    const mark = button('', () => go(i), {
      'data-emotion': surely(utterance),
      'aria-label': label,
      title: `${duration(start)} to ${duration(end)}: ${segmentWords(utterance)}`,
      tabindex: i === 0 ? 0 : -1,
    });
    mark.style.left = `${(100 * start) / seconds}%`;
    mark.style.width = `${(100 * (end - start)) / seconds}%`;
    return mark;
  });
  let current = 0;

  const say = (): void => {
    const utterance = utteranceAt(utterances, player.moment());
    said.textContent = utterance
      ? `Utterance ${utterances.indexOf(utterance) + 1} of ${utterances.length}, ${duration(utterance.start)}: ${segmentWords(utterance)}`
      : 'Nobody speaks';
  };
  function go(to: number): void {
    player.seek(utterances[Math.max(0, Math.min(utterances.length - 1, to))].start);
    say();
  }
  const next = (): void => go(begunAt(utterances, player.moment()) + 1);
  /** From within an utterance to its beginning first. */
  const back = (): void => go(utterances.findLastIndex(({ start }) => start < player.moment() - NEARLY));
  const play = (): void => player.play(utterances[current]);
  const keys: Record<string, () => void> = {
    ArrowRight: () => go(current + 1),
    ArrowLeft: () => go(current - 1),
    Home: () => go(0),
    End: () => go(utterances.length - 1),
    Enter: play,
    ' ': play,
  };
  const strip = h(
    'ol',
    { class: 'utterances', 'aria-label': 'Utterances' },
    ...buttons.map((mark) => h('li', {}, mark)),
  );
  strip.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
    buttons[current].focus({ preventScroll: true });
  });

  return {
    strip,
    controls: [button('Previous', back), button('Play it', play), button('Next', next)],
    legend: legend(utterances),
    now,
    said,
    follow: (moment) => {
      const last = Math.max(0, begunAt(utterances, moment));
      const utterance = utteranceAt(utterances, moment);
      if (last !== current) {
        buttons[current].tabIndex = -1;
        buttons[current].removeAttribute('aria-current');
        buttons[last].tabIndex = 0;
        current = last;
      }
      if (utterance) buttons[last].setAttribute('aria-current', 'true');
      else buttons[last].removeAttribute('aria-current');
      const words = utterance ? segmentWords(utterance) : 'Nobody speaks';
      const emotion = utterance && surely(utterance);
      now.replaceChildren(
        h('span', { class: 'time' }, duration(moment)),
        h('span', { 'data-emotion': emotion }, emotion !== undefined && h('span', { class: 'swatch' }), words),
      );
    },
    say,
  };
}

/** The colours that occur. */
function legend(utterances: readonly Segment[]): HTMLElement {
  const labels = Object.keys(utterances[0].probabilities).filter((label) => utterances.some((one) => surely(one) === label)); // prettier-ignore
  const named = labels.map((emotion) => h('li', { 'data-emotion': emotion }, h('span', { class: 'swatch' }), capital(emotion))); // prettier-ignore
  const isUnsure = utterances.some((one) => surely(one) === undefined);
  const rest = isUnsure ? [h('li', {}, h('span', { class: 'swatch' }), 'Not sure')] : [];
  return h('ul', { class: 'legend', 'aria-label': 'Colours' }, ...named, ...rest);
}

/** The same as a table. */
export function timelineTable(utterances: readonly Segment[]): HTMLElement {
  const rows = utterances.map((utterance) => {
    const { start, end, gender, genderProbability, confidence } = utterance;
    const emotion = surely(utterance);
    return h(
      'tr',
      {},
      h('td', {}, `${start.toFixed(1)} – ${end.toFixed(1)} s`),
      h('td', {}, gender === null ? '' : shortVoice(gender, genderProbability)),
      h('td', { class: 'number' }, gender === null ? '' : voiceDetail(gender, genderProbability).replace(' probable', '')), // prettier-ignore
      h(
        'td',
        { 'data-emotion': emotion },
        emotion !== undefined && h('span', { class: 'swatch' }),
        shortHeadline(utterance),
      ),
      h('td', { class: 'number' }, confidence === null ? '' : percent(confidence)),
    );
  });
  const head = ['Utterance', 'Voice', 'Probability', 'Emotion', 'Probability'].map((name) =>
    h('th', { scope: 'col', class: name === 'Probability' && 'number' }, name),
  );
  return h(
    'details',
    {},
    h('summary', {}, 'Timeline as a table'),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Timeline as a table' },
      h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
    ),
  );
}
