import type { RoutingChoice } from '../../predict/routingChoice.ts';
import type { Device } from '../device/device.ts';
import { button, byId, h } from '../dom.ts';
import { type Microphone, microphoneProblem, openSound } from '../record/recorder.ts';
import { createLiveView } from './liveView.ts';
import { createRing } from './ring.ts';

/** Seconds that may wait for the worker; it is slower than the sound only for moments. */
const WAITING = 20;
/** Milliseconds between two handovers to the worker. */
const HANDOVER = 100;

/** The button that listens to the microphone, and the panel that is open meanwhile. All is analysed on this device. */
export function setUpLive(device: Device, choice: () => RoutingChoice, onTrouble: (message: string) => void): void {
  const listen = byId<HTMLButtonElement>('listen');
  const problem = microphoneProblem();
  if (problem) {
    listen.disabled = true;
    listen.title = problem;
    return;
  }
  const fail = (error: unknown): void => {
    listen.disabled = false;
    onTrouble((error as Error).message);
  };
  listen.addEventListener('click', () => {
    listen.disabled = true;
    onTrouble('');
    openLive(device, choice(), fail).catch(fail);
  });
}

async function openLive(device: Device, choice: RoutingChoice, fail: (error: unknown) => void): Promise<void> {
  const [panel, drop, listen] = [byId('live'), byId('drop'), byId<HTMLButtonElement>('listen')];
  let ring = createRing(1);
  let given = 0;
  const microphone: Microphone = await openSound((samples) => {
    ring.push(samples);
    given += samples.length;
  });
  const { sampleRate } = microphone;
  const labels = await device.beginListening(choice, sampleRate).catch(async (error: unknown) => {
    await microphone.close();
    throw error;
  });
  given = 0;
  ring = createRing(WAITING * sampleRate); // what was said while models were loaded is not answered
  const view = createLiveView(labels);
  let heard = 0;
  let paused = false;
  let isOpen = true;
  let timer: number | undefined;
  let work = Promise.resolve();

  const hand = async (): Promise<void> => {
    const samples = ring.take();
    heard += samples.length;
    for (const result of await device.hear(samples)) {
      view.add(result);
      if (result.type === 'running') panel.dataset.delay = (given / sampleRate - result.end).toFixed(3);
    }
    panel.dataset.heard = String(heard / sampleRate);
    panel.dataset.lost = String(ring.lost() / sampleRate);
    view.move(heard / sampleRate);
  };
  const next = (): void => {
    timer = window.setTimeout(() => {
      work = hand().then(next, (error: unknown) => void close().then(() => fail(error)));
    }, HANDOVER);
  };
  /** Releases the microphone, once. */
  const release = async (): Promise<void> => {
    window.clearTimeout(timer);
    if (isOpen) await microphone.close();
    isOpen = false;
  };
  const close = async (): Promise<void> => {
    await release();
    panel.hidden = true;
    panel.replaceChildren();
    drop.hidden = false;
    listen.disabled = false;
    listen.focus();
  };
  const end = async (): Promise<void> => {
    await release();
    await work;
    window.clearTimeout(timer);
    await hand();
    for (const result of await device.endListening()) view.add(result);
    panel.classList.add('ended');
    pause.remove();
    stop.replaceWith(done);
    done.focus();
  };
  const pause = button('Pause', () => {
    paused = !paused;
    pause.textContent = paused ? 'Resume' : 'Pause';
    panel.classList.toggle('paused', paused);
    void (paused ? microphone.pause() : microphone.resume());
  });
  const stop = button('Stop listening', () => void end().catch(fail), { class: 'primary' });
  const done = button('Close', () => void close(), { class: 'primary' });
  panel.classList.remove('ended', 'paused');
  panel.replaceChildren(...view.elements, h('div', { class: 'actions' }, pause, stop));
  drop.hidden = true;
  panel.hidden = false;
  pause.focus();
  panel.scrollIntoView({ block: 'nearest' });
  next();
}
