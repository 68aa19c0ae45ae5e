import type { RoutingChoice } from '../predict/routingChoice.ts';
import type { ClipResult } from '../predict/clipResult.ts';
import type { PageClip } from './clips/clip.ts';
import { createClipTable } from './clips/clipTable.ts';
import { createClipView } from './clips/clipView.ts';
import { startDevice } from './device/device.ts';
import { byId } from './dom.ts';
import { setUpInput } from './input.ts';
import { linkModelCards, showModelCards } from './modelCards.ts';
import { createPlaceChooser } from './device/place.ts';
import { createQueue } from './clips/queue.ts';
import { setUpRecorder } from './record/recorderPanel.ts';
import { connectServer } from './server.ts';
import { createSettings } from './settings.ts';
import { askToken } from './token.ts';
import { counted } from '../../words.ts';
import { percent } from './words.ts';

let clips: PageClip[] = [];
let count = 0;
/** The clip to open when it is done: one given on its own. */
let awaited: PageClip | undefined;

const device = startDevice();
const server = connectServer(askToken);
const settings = createSettings(() => {
  place.show();
  analyseAgain();
});
const place = createPlaceChooser(device, settings);
const view = createClipView(device);
const table = createClipTable({
  onOpen: (clip) => {
    open(clip);
    view.focus();
  },
  onClear: clear,
  onStop: () => queue.stop(),
});
const queue = createQueue({ device, server }, changed);

setUpInput((files) => void add(files.map((file) => ({ file, name: file.name }))), trouble);
setUpRecorder({ onRecording: (file, name) => void add([{ file, name }]), onTrouble: trouble });
server.models().then(({ models, routings }) => {
  showModelCards(models);
  settings.offer({ routings });
}, linkModelCards);

async function add(files: { file: Blob; name: string }[]): Promise<void> {
  trouble('');
  say(`${counted(files.length, 'recording')}: one moment …`);
  try {
    const where = await place.decide();
    const choice = settings.choice();
    const added = files.map(({ file, name }): PageClip => ({
      id: count++,
      name,
      file,
      state: 'waiting',
      place: where,
      choice,
    }));
    clips.push(...added);
    awaited = added.length === 1 ? added[0] : undefined;
    view.hide();
    queue.add(added);
    showTable();
  } catch (error) {
    say('');
    trouble((error as Error).message);
  }
}

/** After a change of the settings: at once on this device; recordings that would be uploaded wait until they are given again. */
function analyseAgain(): void {
  if (settings.place() === 'server') return;
  const choice = settings.choice();
  const outdated = clips.filter((clip) => clip.place === 'device' && !isSame(clip.choice, choice));
  for (const clip of outdated) if (clip.state !== 'running') clip.choice = choice; // running clips follow when they are done
  const again = outdated.filter(({ state }) => state === 'done');
  for (const clip of again) clip.state = 'waiting';
  queue.add(again);
  showTable();
}

/** Called at every step of every clip. */
function changed(clip: PageClip): void {
  if (!clips.includes(clip)) return;
  if (clip.state === 'done') {
    if (view.shown() === clip || awaited === clip) view.show(clip);
    announce(clip);
    analyseAgain();
  } else if (clips.length === 1) say(`Analysing ${clip.name} …`);
  showTable();
}

function isSame(a: RoutingChoice, b: RoutingChoice): boolean {
  return a.gender === b.gender && a.routing === b.routing;
}

function open(clip: PageClip): void {
  view.show(clip);
  showTable();
}

function showTable(): void {
  table.update(clips, { visible: clips.length > 1, open: view.shown() });
}

function clear(): void {
  queue.stop();
  clips = [];
  view.hide();
  showTable();
  say('');
  byId('choose').focus();
}

/** Announces events to screen readers. */
function announce({ name, answer }: PageClip): void {
  if (clips.length > 1) {
    const done = clips.every(({ state }) => state === 'done');
    say(done ? `All ${counted(clips.length, 'recording')} analysed.` : '');
  } else if (answer && 'error' in answer) say(`${name} could not be analysed.`);
  else if (answer) say(sounds(name, answer));
}

function sounds(name: string, { emotion, confidence }: ClipResult): string {
  if (emotion === null || confidence === null) return `No speech was found in ${name}.`;
  return `${name} sounds ${emotion}, ${percent(confidence)} probable.`;
}

/** For screen readers; shown only while nothing else says the same. */
function say(text: string): void {
  const line = byId('status');
  line.textContent = text;
  line.classList.toggle('hidden', clips.length > 1 || view.shown() !== undefined);
}

function trouble(message: string): void {
  const line = byId('trouble');
  line.textContent = message;
  line.hidden = message === '';
}
