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
/** The clip whose view opens when it is done: one that was given alone. */
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

/** After a change of the settings: on this device at once; what would be uploaded waits until it is given again. */
function analyseAgain(): void {
  if (settings.place() === 'server') return;
  const choice = settings.choice();
  const outdated = clips.filter((clip) => clip.place === 'device' && !isSame(clip.choice, choice));
  for (const clip of outdated) if (clip.state !== 'running') clip.choice = choice; // one that runs has its turn when it is done
  const again = outdated.filter(({ state }) => state === 'done');
  for (const clip of again) clip.state = 'waiting';
  queue.add(again);
  showTable();
}

/** Called for every step of every clip. */
function changed(clip: PageClip): void {
  if (!clips.includes(clip)) return;
  if (clip.state === 'done') {
    if (view.shown() === clip || awaited === clip) view.show(clip);
    announce(clip);
    analyseAgain();
  } else if (clips.length === 1) say(`Listening to ${clip.name} …`);
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

/** What is worth reading aloud when it happens. */
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

/** For the ear; for the eye only while there is nothing else that says the same. */
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
