import type { PageClip } from './clip.ts';
import { button, byId, h } from '../dom.ts';
import { clipsAsCsv, clipsAsJson, download } from './downloads.ts';
import { capital, counted } from '../../../words.ts';
import { percent } from '../words.ts';

export interface ClipTable {
  /** Shows the current clips; hides the table if `visible` is false. */
  update(clips: readonly PageClip[], options: { visible: boolean; open?: PageClip }): void;
}

interface Column {
  title: string;
  /** Sort key; null comes last in either direction. */
  key(clip: PageClip): string | number | null;
  cell(clip: PageClip): Node | string;
  number?: boolean;
}

const resultOf = ({ answer }: PageClip) => (answer && !('error' in answer) ? answer : undefined);
const STATES = { waiting: 'Waiting', running: 'Listening …', done: '' } as const;

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
    { title: 'Emotion', key: (clip) => resultOf(clip)?.emotion ?? null, cell: emotionCell },
    {
      title: 'Probability',
      number: true,
      key: (clip) => resultOf(clip)?.confidence ?? null,
      cell: (clip) => {
        const confidence = resultOf(clip)?.confidence ?? null;
        return confidence === null ? '' : percent(confidence);
      },
    },
    {
      title: 'Voice',
      key: (clip) => resultOf(clip)?.gender ?? null,
      cell: (clip) => {
        const result = resultOf(clip);
        if (!result?.gender) return '';
        const probability = result.genderProbability === null ? 'given' : percent(result.genderProbability);
        return h('span', {}, capital(result.gender), h('small', {}, ` ${probability}`));
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
  const body = h('tbody');
  const headers = COLUMNS.map((column) => {
    const sort = button(column.title, () => {
      sorted = { column, descending: sorted?.column === column && !sorted.descending };
      render();
    });
    return h('th', { scope: 'col', class: column.number ? 'number' : undefined }, sort);
  });
  section.append(
    h('h2', { id: 'list-title' }, 'Recordings'),
    h('div', { class: 'progress' }, bar, stop),
    summary,
    h(
      'div',
      { class: 'scroll', role: 'region', tabindex: 0, 'aria-labelledby': 'list-title' },
      h('table', { class: 'plain sortable' }, h('thead', {}, h('tr', {}, ...headers)), body),
    ),
    h(
      'div',
      { class: 'actions' },
      button('Download CSV', () => download('emotions.csv', 'text/csv', clipsAsCsv(clips))),
      button('Download JSON', () => download('emotions.json', 'application/json', clipsAsJson(clips))),
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
    const failed = clips.filter(({ answer }) => answer && 'error' in answer).length;
    bar.max = clips.length;
    bar.value = done;
    bar.parentElement!.hidden = done === clips.length;
    summary.textContent =
      `${done - failed} of ${counted(clips.length, 'recording')} analysed` +
      (failed > 0 ? `, ${failed} could not be.` : '.');
  };
  return {
    update: (now, options) => {
      clips = now;
      open = options.open;
      section.hidden = !options.visible;
      if (options.visible) render();
    },
  };
}

function row(clip: PageClip, isOpen: boolean, columns: readonly Column[]): HTMLElement {
  const cells = columns.map((column, i) =>
    h(
      i === 0 ? 'th' : 'td',
      { scope: i === 0 && 'row', class: column.number ? 'number' : undefined },
      column.cell(clip),
    ),
  );
  const failed = clip.answer && 'error' in clip.answer;
  if (failed) {
    cells.splice(1, cells.length, h('td', { colspan: columns.length - 1, class: 'failed' }, emotionCell(clip)));
  }
  return h('tr', { 'data-clip': clip.id, 'aria-current': isOpen && 'true' }, ...cells);
}

function emotionCell(clip: PageClip): Node | string {
  const { answer } = clip;
  if (!answer) return STATES[clip.state];
  if ('error' in answer) return `Could not be analysed: ${answer.error.message}`;
  const { emotion, sure, headline, warnings } = answer;
  return h(
    'span',
    { 'data-emotion': sure === false ? undefined : (emotion ?? undefined) },
    sure !== false && h('span', { class: 'swatch' }),
    headline,
    warnings.length > 0 && h('small', { title: warnings.join('\n') }, ` ${counted(warnings.length, 'warning')}`),
  );
}

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
