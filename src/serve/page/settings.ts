import type { Gender } from '../../data/clip.ts';
import { defaultRouting, type Routing, type RoutingChoice } from '../predict/routingChoice.ts';
import { type EmotionModelName, isPooledAlone } from '../../train/families/members.ts';
import type { Place } from './clips/clip.ts';
import { byId } from './dom.ts';

export interface Settings {
  choice(): RoutingChoice;
  /** Whether all recordings are of one speaker, as far as the models can use that. */
  oneSpeaker(): boolean;
  place(): Place;
  setPlace(place: Place): void;
  /** Restricts the choices to these. With one model for all voices, there is none between models. */
  offer(available: { models?: readonly EmotionModelName[]; device?: boolean; speakerAdapted?: boolean }): void;
}

/** The settings form of index.html. @param onChange  called after each change by the user */
export function createSettings(onChange: () => void): Settings {
  const form = byId<HTMLFormElement>('settings');
  const routing = byId<HTMLFieldSetElement>('routing');
  const speaker = byId('one-speaker');
  const valueOf = (name: string): string => (form.elements.namedItem(name) as RadioNodeList).value;
  const radio = (name: string, value: string): HTMLInputElement =>
    form.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`)!;

  const show = (): void => {
    routing.disabled = valueOf('voice') !== '';
  };
  form.addEventListener('change', () => {
    show();
    onChange();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.reset(); // browsers restore earlier choices on reload
  show();

  return {
    choice: () => {
      const gender = valueOf('voice') as Gender | '';
      return gender ? { gender } : { routing: valueOf('routing') as Routing };
    },
    oneSpeaker: () => !speaker.hidden && (form.elements.namedItem('speaker') as HTMLInputElement).checked,
    place: () => valueOf('place') as Place,
    setPlace: (place) => {
      radio('place', place).checked = true;
    },
    offer: ({ models, device, speakerAdapted }) => {
      if (speakerAdapted !== undefined) speaker.hidden = !speakerAdapted;
      if (device !== undefined) radio('place', 'device').disabled = !device;
      if (models) {
        const isPair = !isPooledAlone(models);
        for (const one of [byId('voice'), routing]) one.hidden = !isPair;
        byId('pooled').hidden = !models.includes('pooled');
        if (!isPair) radio('voice', '').checked = true;
        if (!isPair || (valueOf('routing') === 'pooled' && !models.includes('pooled')))
          radio('routing', defaultRouting(models)).checked = true;
        show();
      }
    },
  };
}
