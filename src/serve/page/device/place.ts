import type { PublicFamily } from '../../http/routes/modelCards.ts';
import type { Place } from '../clips/clip.ts';
import { type Device, deviceProblem } from './device.ts';
import { byId } from '../dom.ts';
import type { Settings } from '../settings.ts';

/** The state of this device. */
type Readiness = { state: 'preparing' } | { state: 'ready' } | { state: 'impossible'; reason: string };

export interface PlaceChooser {
  /** Decides where the next recordings are analysed, once that is known. Never the server after the page has promised "this device". */
  decide(): Promise<Place>;
  /** Shows where recordings are analysed under the current settings. */
  show(): void;
}

/** Rejects a recording that was waiting for this device to get ready, if it fails to. */
export class DeviceFailed extends Error {}

/**
 * Prepares this device, which is the default if it can run the models; otherwise the server takes over, and the page says so.
 * @param family  of the models to fetch
 * @param settings  its place is changed if this device cannot run the models
 */
export function createPlaceChooser(device: Device, settings: Settings, family: Promise<PublicFamily>): PlaceChooser {
  const line = byId('place');
  const host = location.host;
  let readiness: Readiness = { state: 'preparing' };
  let size = '';

  const show = (): void => {
    const server = `Recordings are sent to the server, ${host}, which analyses them and does not keep them.`;
    line.dataset.place = settings.place();
    if (readiness.state === 'impossible') {
      line.textContent = `This browser cannot run the models: ${readiness.reason}. ${server}`;
    } else if (settings.place() === 'server') line.textContent = server;
    else if (readiness.state === 'ready') {
      line.textContent = 'Runs in this browser. Your recording stays on this device: nothing is uploaded.';
    } else line.textContent = `Your recording stays on this device. Fetching the models${size}, once …`;
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
      await device.prepare({});
      readiness = { state: 'ready' };
      show();
    } catch (error) {
      give((error as Error).message);
    }
  };
  const prepared = prepare();
  show();
  family.then(
    ({ bytes }) => {
      size = `, ${Math.ceil(bytes / 1e6)} MB`;
      show();
    },
    () => undefined, // it is only for display
  );
  return {
    show,
    decide: async () => {
      // Which models there are says which settings there are.
      await family.catch(() => undefined);
      if (settings.place() === 'server') return 'server';
      await prepared;
      if (readiness.state !== 'impossible') return 'device';
      throw new DeviceFailed(
        'This browser turned out to be unable to run the models. Nothing was uploaded: give the recording again to send it to the server.',
      );
    },
  };
}
