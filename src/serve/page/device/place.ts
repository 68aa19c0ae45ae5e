import type { Place } from '../clips/clip.ts';
import { type Device, deviceProblem } from './device.ts';
import { byId } from '../dom.ts';
import type { Settings } from '../settings.ts';

/** What is known of this device. */
type Readiness = { state: 'preparing' } | { state: 'ready' } | { state: 'impossible'; reason: string };

export interface PlaceChooser {
  /** Where the next recordings go, once it is known. Never the server when the page has said "this device". */
  decide(): Promise<Place>;
  /** Says where recordings go, as the settings are now. */
  show(): void;
}

/** Thrown to a recording that was given while this device was still being prepared, in vain. */
export class DeviceFailed extends Error {}

/**
 * Prepares this device, which is the default where it can run the models; else the server takes over, and the page says so.
 * @param settings  its place is changed if this device cannot
 */
export function createPlaceChooser(device: Device, settings: Settings): PlaceChooser {
  const line = byId('place');
  const host = location.host;
  let readiness: Readiness = { state: 'preparing' };

  const show = (): void => {
    const server = `Recordings are sent to the server, ${host}, which analyses them and does not keep them.`;
    line.dataset.place = settings.place();
    if (readiness.state === 'impossible') {
      line.textContent = `This browser cannot run the models: ${readiness.reason}. ${server}`;
    } else if (settings.place() === 'server') line.textContent = server;
    else if (readiness.state === 'ready') {
      line.textContent = 'Runs in this browser. Your recording stays on this device: nothing is uploaded.';
    } else line.textContent = 'Your recording stays on this device. Fetching the models, 8 MB, once …';
  };
  const give = (reason: string): void => {
    readiness = { state: 'impossible', reason: reason.replace(/\.$/, '') };
    settings.setPlace('server');
    settings.offer({ device: false });
    show();
  };
  const prepare = async (): Promise<void> => {
    const problem = deviceProblem();
    if (problem) return give(problem);
    try {
      await device.prepare({ routing: 'hard' });
      readiness = { state: 'ready' };
      show();
    } catch (error) {
      give((error as Error).message);
    }
  };
  const prepared = prepare();
  show();
  return {
    show,
    decide: async () => {
      if (settings.place() === 'server') return 'server';
      await prepared;
      if (readiness.state !== 'impossible') return 'device';
      throw new DeviceFailed(
        'This browser turned out not to run the models. Nothing was uploaded: give it again to send it to the server.',
      );
    },
  };
}
