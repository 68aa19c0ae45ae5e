import type { PageClip } from './clip.ts';
import { button, byId, h, reveal } from '../dom.ts';
import { clipsAsCsv, clipsAsJson, download } from './downloads.ts';
import { failureWords } from './failureWords.ts';
import { counted } from '../../../words.ts';
import type { TimeShares } from '../../timeline/segment.ts';
import { sharesOf, shareWords } from '../sound/timeShares.ts';
import { answerOf } from './answer.ts';
import { shortHeadline } from '../../predict/verdict.ts';
import { percent, shortVoice, voiceDetail } from '../words.ts';

export interface ClipTable {
  /** Shows the current clips; hides the table if `visible` is false. */
  update(clips: readonly PageClip[], options: { visible: boolean; open?: PageClip }): void;
  /** Scrolls to it, and moves the focus there. */
  focus(): void;
}

interface Column {
  title: string;
  /** Sort key; null comes last in either direction. */
  key(clip: PageClip): string | number | null;
  cell(clip: PageClip): Node | string;
  number?: boolean;
}

const resultOf = ({ answer }: PageClip) => (answer && !('error' in answer) ? answer : undefined);
/** The result, if it is one answer for all of the recording. */
const singleOf = (clip: PageClip) => {
  const result = resultOf(clip);
  return result?.utterances ? undefined : result;
};
const STATES = { preparing: 'Waiting', waiting: 'Waiting', running: 'Listening …', done: '' } as const;

/** A table of many clips, sortable, with a progress bar and downloads. */
export function createClipTable(callbacks: {
  onOpen: (clip: PageClip) => void;
  onClear: () => void;
  onStop: () => void;
}): ClipTable {
  const section = byId('list');
  let clips: readonly PageClip[] = [];
  let open: PageClip | undefined;
  let sorted: { column: Column; descending: boolean } | undefined;

  const COLUMNS: Column[] = [
    {
      title: 'Recording',
      key: ({ name }) => name,
      cell: (clip) => button(clip.name, () => callbacks.onOpen(clip), { class: 'link' }),
    },
    { title: 'Emotion', key: (clip) => singleOf(clip)?.emotion ?? null, cell: emotionCell },
    {
      title: 'Probability',
      number: true,
      key: (clip) => singleOf(clip)?.confidence ?? null,
      cell: (clip) => {
        const confidence = singleOf(clip)?.confidence ?? null;
        return confidence === null ? '' : percent(confidence);
      },
    },
    {
      title: 'Voice',
      key: (clip) => singleOf(clip)?.gender ?? null,
      cell: (clip) => {
        const { gender, genderProbability: probability, emotion } = singleOf(clip) ?? {};
        if (!gender || probability === undefined || emotion === null) return '';
        const detail = voiceDetail(gender, probability).replace(' probable', '');
        return h('span', {}, shortVoice(gender, probability), h('small', {}, ` ${detail}`));
      },
    },
    {
      title: 'Seconds',
      number: true,
      key: (clip) => resultOf(clip)?.seconds ?? null,
      cell: (clip) => resultOf(clip)?.seconds.toFixed(1) ?? '',
    },
  ];

  const bar = h('progress', { 'aria-label': 'Progress' });
  const stop = button('Stop', callbacks.onStop);
  const summary = h('p', { class: 'small' });
  const body = h('tbody', { role: 'rowgroup' });
  const headers = COLUMNS.map((column) => {
    const sort = button(column.title, () => {
      sorted = { column, descending: sorted?.column === column && !sorted.descending };
      render();
    });
    return h('th', { role: 'columnheader', scope: 'col', class: column.number ? 'number' : undefined }, sort);
  });
  section.append(
    h('h2', { id: 'list-title', tabindex: -1 }, 'Recordings'),
    h('div', { class: 'progress' }, bar, stop),
    summary,
    h(
      'div',
      { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': 'Recordings as a table' },
      h(
        'table',
        { class: 'plain sortable', role: 'table' },
        h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...headers)),
        body,
      ),
    ),
    h(
      'div',
      { class: 'actions' },
      button('Download CSV', () => download('emotions.csv', new Blob([clipsAsCsv(clips)], { type: 'text/csv' }))),
      button('Download JSON', () =>
        download('emotions.json', new Blob([clipsAsJson(clips)], { type: 'application/json' })),
      ),
      button('Clear', callbacks.onClear),
    ),
  );

  const render = (): void => {
    headers.forEach((header, i) => {
      const ours = sorted?.column === COLUMNS[i];
      if (ours) header.setAttribute('aria-sort', sorted!.descending ? 'descending' : 'ascending');
      else header.removeAttribute('aria-sort');
    });
    // Rebuilding a row must not lose the keyboard focus.
    const focused = [...body.rows].findIndex((row) => row.contains(document.activeElement));
    const focusedId = body.rows[focused]?.dataset.clip;
    body.replaceChildren(...order(clips, sorted).map((clip) => row(clip, clip === open, COLUMNS)));
    if (focusedId) body.querySelector<HTMLElement>(`[data-clip="${focusedId}"] button`)?.focus();
    const done = clips.filter(({ state }) => state === 'done').length;
    bar.max = clips.length;
    bar.value = done;
    bar.parentElement!.hidden = done === clips.length;
    summary.textContent = progressWords(clips);
  };
  return {
    update: (now, options) => {
      clips = now;
      open = options.open;
      section.hidden = !options.visible;
      if (options.visible) render();
    },
    focus: () => reveal(section, byId('list-title')),
  };
}

/** Names in a sentence before the rest is only counted. */
const NAMED = 5;

/** `38 of 40 recordings analysed, 2 could not be: a.wav and b.mp3.` */
export function progressWords(clips: readonly PageClip[]): string {
  const failed = clips.filter(({ answer }) => answer && 'error' in answer).map(({ name }) => name);
  const done = clips.filter(({ state }) => state === 'done').length - failed.length;
  const words = `${done} of ${counted(clips.length, 'recording')} analysed`;
  if (failed.length === 0) return `${words}.`;
  const more = failed.length - NAMED;
  const names = more > 0 ? [...failed.slice(0, NAMED), `${more} more`] : failed;
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0];
  return `${words}, ${failed.length} could not be: ${list}.`;
}

function row(clip: PageClip, isOpen: boolean, columns: readonly Column[]): HTMLElement {
  const cells = columns.map((column, i) =>
    h(
      i === 0 ? 'th' : 'td',
      {
        role: i === 0 ? 'rowheader' : 'cell',
        scope: i === 0 && 'row',
        class: column.number ? 'number' : undefined,
        'data-title': column.title,
      },
      column.cell(clip),
    ),
  );
  const failed = clip.answer && 'error' in clip.answer;
  if (failed) {
    cells.splice(
      1,
      cells.length,
      h('td', { role: 'cell', colspan: columns.length - 1, class: 'failed' }, emotionCell(clip)),
    );
  }
  return h('tr', { role: 'row', 'data-clip': clip.id, 'aria-current': isOpen && 'true' }, ...cells);
}

function emotionCell(clip: PageClip): Node | string {
  const { answer } = clip;
  if (!answer) return STATES[clip.state];
  if ('error' in answer) return failureWords(answer.error);
  const { sure, warnings } = answer;
  const { shares, headline } = answerOf(answer);
  const emotion = answer.utterances || sure === false ? undefined : (answer.emotion ?? undefined);
  return h(
    'span',
    { 'data-emotion': emotion },
    emotion !== undefined && h('span', { class: 'swatch' }),
    shares ? mostOf(shares) : answer.utterances ? headline : shortHeadline(answer),
    warnings.length > 0 && h('small', { title: warnings.join('\n') }, ` ${counted(warnings.length, 'warning')}`),
  );
}

/** Shares of a long recording that a cell has room for. */
const SHARES = 2;

const mostOf = (shares: TimeShares): string =>
  shareWords(sharesOf(shares).sort((a, b) => b.seconds - a.seconds).slice(0, SHARES)); // prettier-ignore

/** A stable order; without a column the order in which the clips were given. */
export function order(
  clips: readonly PageClip[],
  sorted: { column: Pick<Column, 'key'>; descending: boolean } | undefined,
): readonly PageClip[] {
  if (!sorted) return clips;
  const { column, descending } = sorted;
  return [...clips].sort((a, b) => {
    const [first, second] = [column.key(a), column.key(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    const difference =
      typeof first === 'number' && typeof second === 'number'
        ? first - second
        : String(first).localeCompare(String(second), 'en', { numeric: true });
    return descending ? -difference : difference;
  });
}
