import { answerOf, sentencesOf } from './clips/answer.ts';
import type { PageChoice, PageClip, Place } from './clips/clip.ts';
import { createClipTable, progressWords } from './clips/clipTable.ts';
import { createClipView } from './clips/clipView.ts';
import { failureWords } from './clips/failureWords.ts';
import { startDevice } from './device/device.ts';
import { byId } from './dom.ts';
import { setUpExamples } from './examples.ts';
import { setUpInput } from './input.ts';
import { linkModelCards, showFamily, showModelCards } from './modelCards.ts';
import { createPlaceChooser } from './device/place.ts';
import { setUpLive } from './live/livePanel.ts';
import { createQueue } from './clips/queue.ts';
import { setUpRecorder } from './record/recorderPanel.ts';
import { connectServer, fetchFamily } from './server.ts';
import { createSettings } from './settings.ts';
import { askToken } from './token.ts';
import { counted } from '../../words.ts';

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
setUpLive(device, () => settings.choice(), trouble);
setUpExamples((example) => void add([example]), trouble);
server.models().then(
  ({ models, speakerAdapted }) => {
    showModelCards(models);
    settings.offer({ speakerAdapted });
  },
  () => family.then(linkModelCards, () => undefined),
);

async function add(files: Pick<PageClip, 'file' | 'name' | 'known'>[]): Promise<void> {
  trouble('');
  const added = files.map((file): PageClip => ({
    ...file,
    id: count++,
    state: 'preparing',
    place: settings.place(),
    choice: settings.choice(),
  }));
  clips.push(...added);
  awaited = added.length === 1 ? added[0] : undefined;
  if (awaited) view.show(awaited);
  else view.hide();
  showTable();
  (awaited ? view : table).focus();
  say(awaited ? `Analysing ${awaited.name} …` : `Analysing ${counted(added.length, 'recording')} …`);
  try {
    const where = await place.decide();
    const choice = choiceFor(where);
    const kept = added.filter((clip) => clips.includes(clip)); // not cleared meanwhile
    for (const clip of kept)
      Object.assign(clip, { state: 'waiting', place: where, choice } satisfies Partial<PageClip>);
    if (choice.speaker === undefined) queue.add(kept);
    else analyseAgain();
    showTable();
  } catch (error) {
    clips = clips.filter((clip) => !added.includes(clip));
    view.hide();
    showTable();
    say('');
    trouble((error as Error).message);
  }
}

/** The current settings, and all recordings of this place if they are of one speaker. */
function choiceFor(where: Place): PageChoice {
  if (!settings.oneSpeaker()) return settings.choice();
  const own = clips.filter((clip) => clip.state !== 'preparing' && clip.place === where && followsSpeaker(clip));
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
    return clip.state !== 'preparing' && follows && !isSame(clip.choice, choiceFor(clip.place));
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
  const isShown = view.shown() === clip;
  if (clip.state === 'done') {
    const isFirst = awaited === clip;
    if (isFirst) awaited = undefined;
    // What was awaited comes into view, unless the visitor has gone elsewhere meanwhile.
    const follows = isFirst && isShown && (document.activeElement === document.body || byId('clip').contains(document.activeElement)); // prettier-ignore
    if (isShown) view.show(clip);
    if (follows) view.focus();
    announce(clip, isFirst);
    analyseAgain();
  } else if (isShown && !clip.answer) view.show(clip);
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

/** Announces a result, if it was awaited, or that all are there. */
function announce({ name, answer }: PageClip, isAwaited: boolean): void {
  if (!isAwaited && clips.length > 1) {
    if (clips.every(({ state }) => state === 'done')) say(progressWords(clips));
  } else if (answer && 'error' in answer) say(`${name} could not be analysed. ${failureWords(answer.error)}`);
  else if (answer) say(`${name}: ${sentencesOf(answerOf(answer)).join(' ')}`);
}

/** For screen readers: what is seen says the same. */
function say(text: string): void {
  byId('status').textContent = text;
}

function trouble(message: string): void {
  const line = byId('trouble');
  line.textContent = message;
  line.hidden = message === '';
}
