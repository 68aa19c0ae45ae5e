import type { PageClip } from './clip.ts';
import { createClipTable } from './clipTable.ts';
import { createClipView } from './clipView.ts';
import { startDevice } from './device.ts';
import { byId } from './dom.ts';
import { setUpInput } from './input.ts';
import { linkModelCards, showModelCards } from './modelCards.ts';
import { createPlaceChooser } from './place.ts';
import { createQueue } from './queue.ts';
import { setUpRecorder } from './recorderPanel.ts';
import { connectServer } from './server.ts';
import { createSettings } from './settings.ts';
import { askToken } from './token.ts';
import { counted, percent } from './words.ts';

let clips: PageClip[] = [];
let count = 0;

const device = startDevice();
const server = connectServer(askToken);
const settings = createSettings(() => {
  place.show();
  void analyseAgain();
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
    view.hide();
    queue.add(added);
    showTable();
  } catch (error) {
    say('');
    trouble((error as Error).message);
  }
}

/** After a change of the settings: on this device at once; what would be uploaded waits until it is given again. */
async function analyseAgain(): Promise<void> {
  const again = clips.filter(({ state, place: where }) => state === 'done' && where === 'device');
  if (again.length === 0 || settings.place() === 'server') return;
  const choice = settings.choice();
  for (const clip of again) Object.assign(clip, { choice, state: 'waiting' });
  queue.add(again);
  showTable();
}

/** Called for every step of every clip. */
function changed(clip: PageClip): void {
  if (!clips.includes(clip)) return;
  const done = clips.filter(({ state }) => state === 'done').length;
  if (clip.state === 'done') {
    if (view.shown() === clip || clips.length === 1) open(clip);
    say(clips.length === 1 ? '' : done === clips.length ? `All ${counted(done, 'recording')} analysed.` : '');
    announce(clip);
  } else if (clips.length === 1) say(`Listening to ${clip.name} …`);
  showTable();
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
  if (clips.length > 1 || !answer) return;
  if ('error' in answer) say(`${name} could not be analysed.`);
  else say(`${name} sounds ${answer.emotion}, ${percent(answer.confidence)} probable.`);
}

function say(text: string): void {
  byId('status').textContent = text;
  // One recording's result says for the eye what the status says for the ear.
  byId('status').classList.toggle('hidden', view.shown() !== undefined && clips.length === 1);
}

function trouble(message: string): void {
  const line = byId('trouble');
  line.textContent = message;
  line.hidden = message === '';
}
