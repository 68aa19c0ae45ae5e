import type { ClipResult } from '../predict/clipResult.ts';
import type { PageChoice, PageClip, Place } from './clips/clip.ts';
import { createClipTable } from './clips/clipTable.ts';
import { createClipView } from './clips/clipView.ts';
import { startDevice } from './device/device.ts';
import { byId } from './dom.ts';
import { setUpInput } from './input.ts';
import { linkModelCards, showFamily, showModelCards } from './modelCards.ts';
import { createPlaceChooser } from './device/place.ts';
import { createQueue } from './clips/queue.ts';
import { setUpRecorder } from './record/recorderPanel.ts';
import { connectServer, fetchFamily } from './server.ts';
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
const family = fetchFamily();
family.then(
  (one) => {
    settings.offer({ models: one.models });
    showFamily(one);
  },
  () => undefined, // the answers name it too
);
const place = createPlaceChooser(device, settings, family);
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
server.models().then(
  ({ models, speakerAdapted }) => {
    showModelCards(models);
    settings.offer({ speakerAdapted });
  },
  () => family.then(linkModelCards, () => undefined),
);

async function add(files: { file: Blob; name: string }[]): Promise<void> {
  trouble('');
  say(`${counted(files.length, 'recording')}: one moment …`);
  try {
    const where = await place.decide();
    const choice = choiceFor(where);
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
    if (choice.speaker === undefined) queue.add(added);
    else analyseAgain();
    showTable();
  } catch (error) {
    say('');
    trouble((error as Error).message);
  }
}

/** The current settings, and all recordings of this place if they are of one speaker. */
function choiceFor(where: Place): PageChoice {
  if (!settings.oneSpeaker()) return settings.choice();
  const own = clips.filter((clip) => clip.place === where && followsSpeaker(clip));
  return { ...settings.choice(), speaker: own.map(({ id }) => id).join() };
}

/** What was uploaded on its own is not uploaded again. */
const followsSpeaker = ({ place, choice }: PageClip): boolean => place === 'device' || choice.speaker !== undefined;

/**
 * After a change of the settings, or of the recordings of one speaker: at once on this device; recordings that would be uploaded wait until they
 * are given again, except that others of one speaker go with a new one.
 */
function analyseAgain(): void {
  const outdated = clips.filter((clip) => {
    const follows =
      clip.place === 'device' ? settings.place() === 'device' : settings.oneSpeaker() && followsSpeaker(clip);
    return follows && !isSame(clip.choice, choiceFor(clip.place));
  });
  // Recordings of one speaker are analysed together: not before those that are running are done.
  if (settings.oneSpeaker() && outdated.some(({ state }) => state === 'running')) return;
  for (const clip of outdated) if (clip.state !== 'running') clip.choice = choiceFor(clip.place); // running clips follow when they are done
  const again = outdated.filter(
    ({ state, choice }) => state === 'done' || (state === 'waiting' && choice.speaker !== undefined),
  );
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

function isSame(a: PageChoice, b: PageChoice): boolean {
  return a.gender === b.gender && a.routing === b.routing && a.speaker === b.speaker;
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

function sounds(name: string, { emotion, confidence, sure, headline }: ClipResult): string {
  if (emotion === null || confidence === null) return `No speech was found in ${name}.`;
  if (sure === false) return `${name}: ${headline}.`;
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
